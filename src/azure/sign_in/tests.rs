//! Choosing and using each way to sign in, those that need no other program against the sandbox's own sign-in.

use std::path::PathBuf;

use ring::signature::RsaKeyPair;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;

use super::*;
use crate::azure::{ArmClient, CaBundle, ClientOptions, ErrorKind};
use crate::sandbox::{ArmOptions, ArmServer};

const PEM: &str = include_str!("testdata/client.pem");

fn tenant() -> Option<String> {
    Some("00000000-0000-0000-0000-0000000000aa".to_owned())
}

#[tokio::test]
async fn a_static_token_stays_fresh_and_hidden() {
    let mut source = TokenSource::new(Credential::Static(SecretString::new("tok-very-secret")));
    let token = source.fetch("scope", OffsetDateTime::now_utc()).await.unwrap();
    assert!(token.is_fresh(OffsetDateTime::now_utc() + Duration::seconds(1_000_000)));
    assert!(!format!("{source:?} {token:?}").contains("very-secret"));
}

#[tokio::test]
async fn each_credential_that_cannot_work_says_which_and_why() {
    use CredentialKind::{ClientCertificate, ClientSecret, GithubOidc, WorkloadIdentity};
    let secret = || Some(SecretString::new("cs-very-secret"));
    let full = || SignInFacts { tenant_id: tenant(), client_id: tenant(), ..SignInFacts::default() };
    let oidc =
        |url: &str| Some(OidcRequest { url: url.to_owned(), token: SecretString::new("gh-very-secret") });
    for (kind, facts, expected) in [
        (ClientSecret, SignInFacts { client_secret: secret(), ..Default::default() }, "AZURE_TENANT_ID"),
        (
            ClientSecret,
            SignInFacts { client_secret: secret(), tenant_id: Some("no/tenant".to_owned()), ..full() },
            "the client secret",
        ),
        (
            ClientCertificate,
            SignInFacts { client_certificate: Some(SecretString::new("x-very-secret")), ..full() },
            "holds no certificate",
        ),
        (
            WorkloadIdentity,
            SignInFacts { federated_token_file: Some(PathBuf::from("/no/such/file")), ..full() },
            "workload identity",
        ),
        (GithubOidc, SignInFacts { github: oidc("http://token.example/?a=b"), ..full() }, "is not https"),
        (GithubOidc, SignInFacts { github: oidc("http://127.0.0.1:1/?a=b"), ..full() }, "GitHub"),
    ] {
        let shown = format!("{facts:?}");
        let credential = Credential::Entra { kind, facts: Box::new(facts), cloud: Cloud::public() };
        let error = TokenSource::new(credential)
            .fetch("https://x/.default", OffsetDateTime::now_utc())
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotSignedIn, "{error}");
        assert!(error.message.contains(expected), "{error}");
        assert!(!format!("{shown}{error:?}").contains("very-secret"));
    }
}

#[test]
fn a_token_is_renewed_before_its_end_however_short_it_lives() {
    let now = OffsetDateTime::UNIX_EPOCH;
    for (lives_s, renewed_s) in [(3600, 3300), (600, 300), (60, 30), (0, 0)] {
        let renewed = renew_at(now, now + Duration::seconds(lives_s));
        assert_eq!(renewed, now + Duration::seconds(renewed_s), "{lives_s} s");
    }
}

/// Starts the sandbox's ARM with TLS, that knows `PEM` and one token of another issuer.
async fn cloud() -> (ArmServer, Cloud) {
    let key = PrivatePkcs8KeyDer::from_pem_slice(PEM.as_bytes()).unwrap();
    let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    let options = ArmOptions {
        tls: true,
        trusted_key: Some(key.public().as_ref().to_vec()),
        trusted_tokens: vec!["token-of-another-issuer".to_owned()],
        ..ArmOptions::default()
    };
    let server = ArmServer::start(options).await.unwrap();
    let ca = CaBundle::read(server.ca_pem().unwrap().as_bytes()).unwrap();
    let cloud = Cloud::discover(server.base_url(), Some(ca)).await.unwrap();
    (server, cloud)
}

fn client(kind: CredentialKind, facts: SignInFacts, cloud: &Cloud) -> ArmClient {
    let options = ClientOptions { ca: cloud.ca.clone(), ..ClientOptions::default() };
    let credential = Credential::Entra { kind, facts: Box::new(facts), cloud: cloud.clone() };
    ArmClient::new(&cloud.endpoint, credential, options).unwrap()
}

/// Answers as GitHub does: a token for who brings the job's own.
async fn github() -> String {
    use axum::extract::Request;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token?api-version=2.0", listener.local_addr().unwrap());
    let answer = |request: Request| async move {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let asked_right = query == "api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange"
            && request.headers()["authorization"] == "Bearer of-the-job";
        let token = if asked_right { "token-of-another-issuer" } else { "wrong" };
        format!(r#"{{"count": 1, "value": "{token}"}}"#)
    };
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await.unwrap() });
    url
}

#[tokio::test]
async fn every_way_that_needs_no_other_program_signs_in_to_a_cloud_of_its_own() {
    use CredentialKind::{ClientCertificate, ClientSecret, GithubOidc, WorkloadIdentity};
    let (server, cloud) = cloud().await;
    let (client_id, client_secret) = server.client();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file.as_file(), b"token-of-another-issuer").unwrap();
    let named = || SignInFacts {
        tenant_id: Some(server.tenant_id().to_owned()),
        client_id: Some(client_id.to_owned()),
        ..SignInFacts::default()
    };
    let github = OidcRequest { url: github().await, token: SecretString::new("of-the-job") };
    for (kind, facts) in [
        (ClientSecret, SignInFacts { client_secret: Some(SecretString::new(client_secret)), ..named() }),
        (ClientCertificate, SignInFacts { client_certificate: Some(SecretString::new(PEM)), ..named() }),
        (GithubOidc, SignInFacts { github: Some(github), ..named() }),
        (WorkloadIdentity, SignInFacts { federated_token_file: Some(file.path().into()), ..named() }),
    ] {
        let client = client(kind, facts, &cloud);
        let identity = client.identity().await.unwrap_or_else(|error| panic!("{kind:?}: {error}")).unwrap();
        assert_eq!(identity.app_id.as_deref(), Some(client_id), "{kind:?}");
        let subscriptions = client.list_subscriptions().await.unwrap();
        assert_eq!(subscriptions[0].id, server.subscription_id());
        let roles = client.list_roles(server.subscription_id(), &identity.object_id.unwrap()).await.unwrap();
        assert_eq!(roles, ["Owner"]);
    }
}

#[tokio::test]
async fn a_wrong_secret_and_a_certificate_that_nobody_trusts_are_said_as_such() {
    let (server, cloud) = cloud().await;
    let facts = || SignInFacts {
        tenant_id: Some(server.tenant_id().to_owned()),
        client_id: Some(server.client().0.to_owned()),
        client_secret: Some(SecretString::new("wrong-very-secret")),
        ..SignInFacts::default()
    };
    let error = client(CredentialKind::ClientSecret, facts(), &cloud).sign_in().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotSignedIn);
    assert!(error.message.contains("AADSTS7000215") && !error.message.contains("very-secret"), "{error}");

    let error = Cloud::discover(server.base_url(), None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
}
