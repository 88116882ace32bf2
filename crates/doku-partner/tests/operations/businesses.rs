//! What a partner does with a business: asks what is needed, registers, invites, reads, changes.

use doku_types::partner::{
    requirements::RequirementsQuery,
    token::TokenRequest,
    update::{BusinessUpdate, Update},
};

use crate::world::{World, invitation};

#[tokio::test]
async fn requirements_tell_which_papers_a_merchant_needs() {
    let world = World::new().await;
    let reply = world.client.check_requirements(&RequirementsQuery::personal()).await.unwrap();
    assert_eq!(reply.business.contact.documents[0].code, "KTP");
    assert_eq!(reply.business.contact.owner_liveness.as_ref().unwrap().code, "OWNER_LIVENESS");
    assert_eq!((reply.attempts, reply.is_signed, reply.is_replayed()), (1, true, false));
    assert!(reply.request_id.is_some());
}

#[tokio::test]
async fn a_token_is_given_for_as_long_as_was_asked() {
    let world = World::new().await;
    let reply = world.client.generate_token(&TokenRequest::minutes(360)).await.unwrap();
    assert_eq!(reply.token.expose().split('.').count(), 3, "a JWT");
    assert!(reply.is_signed);
    let asked = world.asked(doku_types::partner::endpoint::Endpoint::GenerateToken);
    assert!(asked[0].request_body.ends_with(br#""valid_time":"360"}"#));
}

#[tokio::test]
async fn a_registered_business_is_read_and_changed_by_its_brand() {
    let world = World::new().await;
    let registration = world.registration().await;
    let registered = world.client.register_business(&registration).await.unwrap();
    assert!(registered.business.id.as_str().starts_with("BSN-"));
    assert!(registered.business.brands[0].shared_key.is_some());
    assert!(registered.is_signed && !registered.is_replayed());
    assert_eq!(world.mock.businesses(), std::slice::from_ref(&registered.business.id));

    let (brand, query) = (&registered.business.brands[0].id, RequirementsQuery::personal());
    let read = world.client.business_data(brand, &query).await.unwrap();
    assert_eq!(read.name.as_deref(), Some("Warung Contoh"));
    assert!(read.is_signed);

    let change = BusinessUpdate::builder().description("Nasi goreng and tea").build();
    let update = Update::builder().business(change).build();
    let updated = world.client.update_business(brand, &update).await.unwrap();
    assert_eq!(updated.business.id, registered.business.id);
    assert!(updated.is_signed);
    let read = world.client.business_data(brand, &query).await.unwrap();
    assert_eq!(read.description.as_deref(), Some("Nasi goreng and tea"));
}

#[tokio::test]
async fn an_invited_business_is_there_before_its_owner_completes_it() {
    let world = World::new().await;
    let invited = world.client.create_business_lite(&invitation("shop-42")).await.unwrap();
    assert_eq!(invited.business.partner_ref_id, "shop-42");
    assert!(invited.is_signed);
    let brand = &invited.business.brands[0].id;
    let read = world.client.business_data(brand, &RequirementsQuery::personal()).await.unwrap();
    assert_eq!(read.partner_ref_id.as_deref(), Some("shop-42"));
    assert_eq!(read.id, invited.business.id);
}

#[tokio::test]
async fn clones_may_be_used_at_the_same_time() {
    let world = World::new().await;
    let calls: Vec<_> = (0..20)
        .map(|number| {
            let client = world.client.clone();
            let invite = async move {
                let invitation = invitation(&format!("shop-{number}"));
                client.create_business_lite(&invitation).await.unwrap().into_inner().business.id
            };
            tokio::spawn(invite)
        })
        .collect();
    let mut made = Vec::new();
    for call in calls {
        made.push(call.await.unwrap());
    }
    let mut known = world.mock.businesses();
    made.sort();
    known.sort();
    assert_eq!(made, known);
    made.dedup();
    assert_eq!(made.len(), 20);
}
