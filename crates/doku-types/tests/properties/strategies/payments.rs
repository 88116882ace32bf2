//! Any body of SNAP and non-SNAP. Optional texts are never empty: an empty one reads as none.

use doku_types::{
    Amount,
    non_snap::{
        ChannelId, Named, Order, ServiceId, Transaction, TransactionStatus, TransactionType,
        check_status::CheckStatusReply,
        notification::Notification,
        part::{
            CardPayment, Customer, EmoneyPayment, Identifier, Merchant, Settlement,
            ShopeepayConfiguration, ShopeepayPayment, VirtualAccountInfo, VirtualAccountPayment,
        },
    },
    snap::{
        Money,
        token::{CustomerTokenRequest, GrantType, TokenRequest},
        va_notification::{
            AdditionalInfo, VaNotification, VaNotificationReply, VirtualAccountConfig,
            VirtualAccountData,
        },
    },
    verbatim::{JsonText, TextOrNumber},
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{Values::Fit, any_json};

pub(crate) fn snap_token_requests() -> impl Strategy<Value = TokenRequest> {
    (grant_types(), option::of(json())).prop_map(|(grant_type, info)| {
        let mut request = TokenRequest::builder().grant_type(grant_type).build();
        request.additional_info = info;
        request
    })
}

pub(crate) fn customer_token_requests() -> impl Strategy<Value = CustomerTokenRequest> {
    let text = || option::of(any::<String>());
    (grant_types(), text(), text(), option::of(json())).prop_map(
        |(grant_type, auth_code, refresh_token, info)| {
            let mut request = CustomerTokenRequest::builder().grant_type(grant_type).build();
            request.auth_code = auth_code.map(Into::into);
            request.refresh_token = refresh_token.map(Into::into);
            request.additional_info = info;
            request
        },
    )
}

pub(crate) fn va_notifications() -> impl Strategy<Value = VaNotification> {
    let texts = (text(), text(), text(), text(), text());
    let people = (some(), some(), some());
    let rest = (some(), some(), some(), some(), option::of(money()), option::of(infos()));
    (texts, people, money(), rest).prop_map(|(texts, people, paid, rest)| {
        let mut paid = VaNotification::builder()
            .partner_service_id(texts.0)
            .customer_no(texts.1)
            .virtual_account_no(texts.2)
            .trx_id(texts.3)
            .payment_request_id(texts.4)
            .paid_amount(paid)
            .build();
        paid.virtual_account_name = people.0.map(Into::into);
        paid.virtual_account_email = people.1.map(Into::into);
        paid.virtual_account_phone = people.2.map(Into::into);
        paid.trx_date_time = rest.0;
        paid.virtual_account_trx_type = rest.1;
        paid.channel_code = rest.2;
        paid.reference_no = rest.3;
        paid.total_amount = rest.4;
        paid.additional_info = rest.5;
        paid
    })
}

pub(crate) fn va_notification_replies() -> impl Strategy<Value = VaNotificationReply> {
    (va_notifications(), "[0-9]{6,8}|[a-z]{0,3}", any::<String>(), any::<bool>()).prop_map(
        |(notification, code, message, with_data)| {
            let data = with_data.then(|| VirtualAccountData::from(&notification));
            let mut reply = VaNotificationReply::received(&notification);
            reply.response_code = code.into();
            reply.response_message = message;
            reply.virtual_account_data = data;
            reply
        },
    )
}

pub(crate) fn check_status_replies() -> impl Strategy<Value = CheckStatusReply> {
    let services = option::of(named(ServiceId::all()));
    let rest =
        (option::of(transactions()), services, option::of(parties()), option::of(channels()));
    (orders(), rest).prop_map(|(order, (transaction, service, acquirer, channel))| {
        let mut reply = CheckStatusReply::builder().order(order).build();
        reply.transaction = transaction;
        reply.service = service;
        reply.acquirer = acquirer;
        reply.channel = channel;
        reply
    })
}

pub(crate) fn notifications() -> impl Strategy<Value = Notification> {
    let named = (
        option::of(named(ServiceId::all())),
        option::of(parties()),
        option::of(parties()),
        option::of(channels()),
    );
    let opaque = (option::of(json()), option::of(json()), option::of(json()), option::of(json()));
    let uuid = option::of(prop_oneof![
        "[1-9][0-9]{0,40}".prop_map(|digits| serde_json::from_str(&digits).unwrap()),
        any::<String>().prop_map(TextOrNumber::from),
    ]);
    let rest = (some(), vec(settlements(), 0..2), uuid);
    (orders(), transactions(), named, option::of(payers()), payments(), opaque, rest).prop_map(
        |(order, transaction, named, payers, payments, opaque, rest)| {
            let mut made = Notification::builder().order(order).transaction(transaction).build();
            (made.service, made.acquirer, made.issuer, made.channel) = named;
            (made.customer, made.merchant) = match payers {
                Some((customer, merchant)) => (Some(customer), merchant),
                None => (None, None),
            };
            made.virtual_account_info = payments.0;
            made.virtual_account_payment = payments.1;
            made.card_payment = payments.2;
            made.emoney_payment = payments.3;
            made.shopeepay_configuration = payments.4;
            made.shopeepay_payment = payments.5;
            made.online_to_offline_info = opaque.0;
            made.online_to_offline_payment = opaque.1;
            made.peer_to_peer_info = opaque.2;
            made.additional_info = opaque.3;
            (made.authorize_id, made.settlement, made.uuid) = rest;
            made
        },
    )
}

fn payers() -> impl Strategy<Value = (Customer, Option<Merchant>)> {
    let customer = (some(), some(), some(), some()).prop_map(|(doku_id, name, email, phone)| {
        let mut customer = Customer::default();
        customer.doku_id = doku_id.map(Into::into);
        customer.name = name.map(Into::into);
        customer.email = email.map(Into::into);
        customer.phone = phone.map(Into::into);
        customer
    });
    let merchant = (some(), some()).prop_map(|(name, pan)| {
        let mut merchant = Merchant::default();
        (merchant.name, merchant.pan) = (name, pan);
        merchant
    });
    (customer, option::of(merchant))
}

type Payments = (
    Option<VirtualAccountInfo>,
    Option<VirtualAccountPayment>,
    Option<CardPayment>,
    Option<EmoneyPayment>,
    Option<ShopeepayConfiguration>,
    Option<ShopeepayPayment>,
);

fn payments() -> impl Strategy<Value = Payments> {
    let info = some().prop_map(|number| {
        let mut info = VirtualAccountInfo::default();
        info.virtual_account_number = number.map(Into::into);
        info
    });
    let account = (some(), some(), some(), identifiers(), identifiers()).prop_map(|parts| {
        let mut account = VirtualAccountPayment::default();
        (account.date, account.channel_code, account.request_id) = (parts.0, parts.1, parts.2);
        (account.identifier, account.identifer) = (parts.3, parts.4);
        account
    });
    let card = (some(), some(), some(), some()).prop_map(|(number, approval, code, message)| {
        let mut card = CardPayment::default();
        card.masked_card_number = number.map(Into::into);
        (card.approval_code, card.response_code, card.response_message) = (approval, code, message);
        card
    });
    let emoney = (some(), some()).prop_map(|(account, approval)| {
        let mut emoney = EmoneyPayment::default();
        (emoney.account_id, emoney.approval_code) = (account.map(Into::into), approval);
        emoney
    });
    let shop = (some(), some()).prop_map(|(merchant, store)| {
        let mut shop = ShopeepayConfiguration::default();
        (shop.merchant_ext_id, shop.store_ext_id) = (merchant, store);
        shop
    });
    let wallet = (some(), some(), identifiers()).prop_map(|(status, message, identifier)| {
        let mut wallet = ShopeepayPayment::default();
        (wallet.transaction_status, wallet.transaction_message) = (status, message);
        wallet.identifier = identifier;
        wallet
    });
    (
        option::of(info),
        option::of(account),
        option::of(card),
        option::of(emoney),
        option::of(shop),
        option::of(wallet),
    )
}

fn identifiers() -> impl Strategy<Value = Vec<Identifier>> {
    let identifier =
        (text(), some()).prop_map(|(name, value)| Identifier::new(name, value.map(Into::into)));
    vec(identifier, 0..2)
}

fn settlements() -> impl Strategy<Value = Settlement> {
    (some(), option::of(amounts()), some()).prop_map(|(account, value, kind)| {
        let mut settlement = Settlement::default();
        (settlement.bank_account_settlement_id, settlement.value) = (account, value);
        settlement.settlement_type = kind;
        settlement
    })
}

fn orders() -> impl Strategy<Value = Order> {
    let amount = || option::of(amounts());
    (text(), amount(), amount(), some(), some()).prop_map(
        |(number, amount, tips, terminal_id, status)| {
            let mut order = Order::builder().invoice_number(number).build();
            (order.amount, order.tips, order.terminal_id) = (amount, tips, terminal_id);
            order.status = status.map(Into::into);
            order
        },
    )
}

fn transactions() -> impl Strategy<Value = Transaction> {
    let status = prop_oneof![
        select(TransactionStatus::all()),
        any::<String>().prop_map(TransactionStatus::from),
    ];
    (status, option::of(select(TransactionType::all())), some(), some()).prop_map(
        |(status, kind, date, request)| {
            let mut transaction = Transaction::builder().status(status).build();
            transaction.transaction_type = kind;
            (transaction.date, transaction.original_request_id) = (date, request);
            transaction
        },
    )
}

fn parties() -> impl Strategy<Value = Named<String>> {
    (text(), some()).prop_map(|(id, name)| name_it(Named::new(id), name))
}

fn channels() -> impl Strategy<Value = Named<ChannelId>> {
    (text(), some()).prop_map(|(id, name)| name_it(Named::new(id), name))
}

fn named<T: Clone + std::fmt::Debug>(known: &'static [T]) -> impl Strategy<Value = Named<T>> {
    (select(known), some()).prop_map(|(id, name)| name_it(Named::new(id), name))
}

fn name_it<T>(named: Named<T>, name: Option<String>) -> Named<T> {
    match name {
        Some(name) => named.with_name(name),
        None => named,
    }
}

fn infos() -> impl Strategy<Value = AdditionalInfo> {
    let config = option::of(any::<bool>()).prop_map(|reusable| {
        let mut config = VirtualAccountConfig::default();
        config.reusable_status = reusable;
        config
    });
    (some(), option::of(config), some(), some(), some(), some()).prop_map(|parts| {
        let mut info = AdditionalInfo::default();
        (info.channel, info.virtual_account_config) = (parts.0, parts.1);
        info.sender_name = parts.2.map(Into::into);
        info.source_account_no = parts.3.map(Into::into);
        (info.source_bank_code, info.source_bank_name) = (parts.4, parts.5);
        info
    })
}

fn money() -> impl Strategy<Value = Money> {
    (amounts(), "[A-Z]{3}").prop_map(|(value, currency)| Money::new(value, currency))
}

fn amounts() -> impl Strategy<Value = Amount> {
    prop_oneof![
        "-?[0-9]{1,20}(\\.[0-9]{1,3})?".prop_map(|text| Amount::quoted(&text).unwrap()),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE]-?[0-9]{1,3})?"
            .prop_map(|text| serde_json::from_str(&text).unwrap()),
    ]
}

fn grant_types() -> impl Strategy<Value = GrantType> {
    prop_oneof![select(GrantType::all()), any::<String>().prop_map(GrantType::from)]
}

fn json() -> impl Strategy<Value = JsonText> {
    // `null` reads as nothing.
    any_json()
        .prop_filter("null", |text| text != "null")
        .prop_map(|text| JsonText::parse(&text).unwrap())
}

fn some() -> impl Strategy<Value = Option<String>> {
    option::of(text())
}

fn text() -> BoxedStrategy<String> {
    Fit.text(20)
}
