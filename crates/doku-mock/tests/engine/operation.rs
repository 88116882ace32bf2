//! What can happen to a mock, in any order.

use proptest::prelude::*;

/// One life of a mock.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    pub(crate) seed: u64,
    pub(crate) realistic: bool,
    /// With a data file, so that it can be stopped and started again.
    pub(crate) data: bool,
    pub(crate) partners: usize,
    /// What becomes of a submission that does not say so itself.
    pub(crate) default: &'static str,
    /// What the receiver answers, by callback and attempt.
    pub(crate) answers: Vec<Answer>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) operation: Operation,
    /// What happens right after it, before its callbacks were waited for. Without a data file nothing.
    pub(crate) restart: Option<Restart>,
}

/// A number chooses among what there is, modulo how much there is.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Register {
        partner: u8,
        shape: Shape,
        outcome: Asked,
    },
    /// Sends an earlier request again.
    Again {
        request: u8,
        twist: Twist,
    },
    Invite {
        partner: u8,
        reference: u8,
    },
    Complete {
        business: u8,
        shape: Shape,
        outcome: Option<&'static str>,
    },
    Update {
        business: u8,
        changes: Vec<(Field, u8)>,
        /// Names a bank that is not stored.
        faulty: bool,
        foreign: bool,
        outcome: Option<&'static str>,
    },
    Get {
        business: u8,
        foreign: bool,
    },
    Decide {
        business: u8,
        outcome: &'static str,
        note: Option<&'static str>,
    },
    Advance {
        minutes: u32,
    },
    Resend {
        callback: u8,
    },
    Arm(Fault),
    Disarm,
}

/// What is registered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) callback_url: bool,
    pub(crate) bank: bool,
    pub(crate) social_media: bool,
    pub(crate) brands: usize,
}

/// How a registration says what is to become of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    Default,
    Header(&'static str),
    Tag(&'static str),
}

/// What an update changes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Field {
    Own,
    CallbackUrl,
    Address,
    Bank,
    Contact,
    Document,
    BrandOwn,
    SocialMedia,
    PhotoProof,
    NewBrand,
}

/// How a request that is sent again differs from the first time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Twist {
    Same,
    OtherBody,
    OtherPartner,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(crate) of: Option<&'static str>,
    pub(crate) times: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Duplicate,
    Reorder,
    Delay { minutes: u64 },
    Drop,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Answer {
    Status(u16),
    Panic,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Restart {
    /// As a program ends, or as it is killed.
    pub(crate) gracefully: bool,
    /// How many times others may run before.
    pub(crate) yields: u8,
}

pub(crate) fn lives() -> impl Strategy<Value = Life> {
    let default = prop_oneof![
        2 => Just("approve"),
        1 => sample(&["pending", "suspend.full", "product.reject.VA", "reject.BUSINESS_DOCUMENT",
                      "reject.BRAND_SOCIAL_MEDIA", "reject.BRAND"]),
    ];
    (
        0..1000_u64,
        prop::bool::weighted(0.4),
        prop::bool::weighted(0.1),
        1..3_usize,
        default,
        prop::collection::vec(answer(), 1..6),
        prop::collection::vec(step(), 1..24),
    )
        .prop_map(|(seed, realistic, data, partners, default, answers, steps)| Life {
            seed,
            realistic,
            data,
            partners,
            default,
            answers,
            steps,
        })
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        4 => Just(Answer::Status(200)),
        1 => Just(Answer::Status(204)),
        3 => Just(Answer::Status(500)),
        1 => Just(Answer::Status(302)),
        1 => Just(Answer::Panic),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let restart =
        (any::<bool>(), 0..12_u8).prop_map(|(gracefully, yields)| Restart { gracefully, yields });
    (operation(), prop::option::weighted(0.3, restart))
        .prop_map(|(operation, restart)| Step { operation, restart })
}

fn operation() -> impl Strategy<Value = Operation> {
    let twist = prop_oneof![
        3 => Just(Twist::Same),
        1 => Just(Twist::OtherBody),
        1 => Just(Twist::OtherPartner),
    ];
    let changes = prop::collection::vec((field(), 0..4_u8), 0..4);
    let rarely = || prop::bool::weighted(0.1);
    prop_oneof![
        7 => (0..2_u8, shape(), asked())
            .prop_map(|(partner, shape, outcome)| Operation::Register { partner, shape, outcome }),
        2 => (0..9_u8, twist).prop_map(|(request, twist)| Operation::Again { request, twist }),
        2 => (0..2_u8, 0..3_u8)
            .prop_map(|(partner, reference)| Operation::Invite { partner, reference }),
        2 => (0..9_u8, shape(), prop::option::of(outcome())).prop_map(
            |(business, shape, outcome)| Operation::Complete { business, shape, outcome }
        ),
        6 => (0..9_u8, changes, rarely(), rarely(), prop::option::of(outcome())).prop_map(
            |(business, changes, faulty, foreign, outcome)| {
                Operation::Update { business, changes, faulty, foreign, outcome }
            }
        ),
        1 => (0..9_u8, any::<bool>())
            .prop_map(|(business, foreign)| Operation::Get { business, foreign }),
        4 => (0..9_u8, outcome(), prop::option::of(Just("Because"))).prop_map(
            |(business, outcome, note)| Operation::Decide { business, outcome, note }
        ),
        5 => prop_oneof![
            sample(&[1, 30, 60, 6 * 60, 12 * 60, 24 * 60, 3 * 24 * 60, 9 * 24 * 60]),
            1..10 * 24 * 60_u32,
        ].prop_map(|minutes| Operation::Advance { minutes }),
        2 => any::<u8>().prop_map(|callback| Operation::Resend { callback }),
        4 => fault().prop_map(Operation::Arm),
        1 => Just(Operation::Disarm),
    ]
}

fn shape() -> impl Strategy<Value = Shape> {
    let mostly = || prop::bool::weighted(0.8);
    (mostly(), mostly(), mostly(), 1..3_usize).prop_map(
        |(callback_url, bank, social_media, brands)| Shape {
            callback_url,
            bank,
            social_media,
            brands,
        },
    )
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![
        Just(Asked::Default),
        outcome().prop_map(Asked::Header),
        outcome().prop_map(Asked::Tag),
    ]
}

fn field() -> impl Strategy<Value = Field> {
    sample(&[
        Field::Own,
        Field::CallbackUrl,
        Field::Address,
        Field::Bank,
        Field::Contact,
        Field::Document,
        Field::BrandOwn,
        Field::SocialMedia,
        Field::PhotoProof,
        Field::NewBrand,
    ])
}

fn fault() -> impl Strategy<Value = Fault> {
    let kind = prop_oneof![
        Just(Kind::Duplicate),
        Just(Kind::Reorder),
        (1..2000_u64).prop_map(|minutes| Kind::Delay { minutes }),
        Just(Kind::Drop),
    ];
    let of = sample(&["BUSINESS", "BRAND", "BUSINESS_DOCUMENT", "BRAND_PRODUCT"]);
    (kind, prop::option::weighted(0.3, of), prop::option::weighted(0.8, 1..4_u32))
        .prop_map(|(kind, of, times)| Fault { kind, of, times })
}

fn outcome() -> impl Strategy<Value = &'static str> {
    sample(&[
        "approve",
        "pending",
        "activate",
        "suspend",
        "suspend.full",
        "product.reject.VA",
        "product.reject.OVO",
        "suspend,product.reject.QRIS",
        "reject.BUSINESS",
        "reject.BRAND",
        "reject.BUSINESS_CONTACT",
        "reject.BUSINESS_ADDRESS",
        "reject.BUSINESS_DOCUMENT,reject.BRAND",
        "reject.BUSINESS_BANK",
        "reject.BRAND_SOCIAL_MEDIA",
        "reject.BRAND_PHOTO_PROOF",
    ])
}

fn sample<T: Clone + std::fmt::Debug + 'static>(of: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(of.to_vec())
}
