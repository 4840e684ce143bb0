//! Certificates that OpenSSL 3.0 made for these tests: a root, an authority that it issued, and a client of that.

use super::*;

const ROOT: &str = "-----BEGIN CERTIFICATE-----
MIIDJjCCAg6gAwIBAgICAQIwDQYJKoZIhvcNAQELBQAwOzELMAkGA1UEBhMCVVMxFTATBgNVBAoMDENvbnRvc28sIEx0ZDEVMBMG
A1UEAwwMQ29udG9zbyBSb290MCAXDTI1MDEwMTAwMDAwMFoYDzIwOTkwMTAxMDAwMDAwWjA7MQswCQYDVQQGEwJVUzEVMBMGA1UE
CgwMQ29udG9zbywgTHRkMRUwEwYDVQQDDAxDb250b3NvIFJvb3QwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQC0QZ22
zCSzlco5QBSDO/symtU+ivzj5FHuX7y9cxiGaXIspnnC7Nj/AjFcK+otbYBRu1ZhkG/en9ZSoaY20GxmgkkWaoR448BGyjZeToKy
6/yyn88jy6FMZftybwdUMOOZDBaIG8uvN+wqCh5ny82EPzSmy+AKKR5a8Lck59YzSB1RnhsVMki1tEINwPux0v8t6LgKFJIIoW+G
r243sNtEnsDWUnrvRkHSMMgMEeGrwdkqsQikr3ITDSI/MJ88ol7ggPj+hc+QhzHkPf0+XCgG/CFOtwHPF17OkQymwaF+sns7UKG2
fbhKVg89L/x5rOV7Wt8DKnFNUMHqvkQI6R6xAgMBAAGjMjAwMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFG5am/iKK7zvbRYv
dff36oIS7oJ6MA0GCSqGSIb3DQEBCwUAA4IBAQAvBBE12hcZMQHrOmVJbi6Q4hxzjcIPIuYDh428DIF3tAlJMUHN+b18NPe5NQIg
/U+caIyXlFsZfvOYMbpHkZTCaS1csE98ZBH+7Cu7ANGhJyAeiaNEAfuldeXT7s5cJHdeAOl/4bc8WjWS8z5XDnDnv+I0KNXPX3vH
C/6JvC5zRZvDJ2IeVbN/LP11ui4hw7pn67NQxNtWtvAn9PJBqIq7tQzgaZgrLBhtoLRJG0vlTckWw7j0HdOZHWEa0aRrgb5t5u1j
ArvviqXGirqbqD4s2EvNzvEDnanUXJed/raY0a7Zl+XXssczVDH6H/pTXNXuPCLtQaCl3tocoGuhp5Lh
-----END CERTIFICATE-----";
const ISSUING: &str = "-----BEGIN CERTIFICATE-----
MIICXDCCAUSgAwIBAgIDAKGyMA0GCSqGSIb3DQEBCwUAMDsxCzAJBgNVBAYTAlVTMRUwEwYDVQQKDAxDb250b3NvLCBMdGQxFTAT
BgNVBAMMDENvbnRvc28gUm9vdDAgFw0yNTAxMDEwMDAwMDBaGA8yMDk5MDEwMTAwMDAwMFowGjEYMBYGA1UEAwwPQ29udG9zbyBJ
c3N1aW5nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVvDLZj4tBEamWo7D6EjNaOqsBVrNe+ldkjkpb/ldzsRcG0PDgX1hLLaO
A3n2YPVsgBo5jubc9ZSmTCVP9/msSKNTMFEwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQU+/3rrxXL3Y5JXaKTJkY3kw3W2+4w
HwYDVR0jBBgwFoAUblqb+IorvO9tFi919/fqghLugnowDQYJKoZIhvcNAQELBQADggEBABd90EhnOf+ppjGGWdZQ00x/c5mbTURm
CJudt6ILRg/EZ0vHrD1UCJ1fuTwtT5EUxjf1XKSLR55d8KrJ+G2wZlhAvCrODLpqfl4LvBL4ctkz9FegIcAniYLsKtPw2fr4qL0m
g9f7mGJ2874epWu/B1MyRU5nLzP/FtZb+fZTLi5PZnloTm0y8VFgvcIQqktNeNgSBz7/BQkGvfJNl7TzOsrqXxU6RmUOJeR9VQlS
QB6LX2ixZ/s+B25zGR/QMU6zOCUmoiF+atydX/AWk3SzJWp/RrU8K7VPfxm/vkCV5DQL475rUedcjiBfFFEwMh9bWKMP68QIhHLG
JqgahARz3Nw=
-----END CERTIFICATE-----";
const CLIENT: &str = "-----BEGIN CERTIFICATE-----
MIIDADCCAqWgAwIBAgIBHzAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9Db250b3NvIElzc3VpbmcwIBcNMjUwMTAxMDAwMDAwWhgP
MjA5OTAxMDEwMDAwMDBaMIGYMQswCQYDVQQGEwJERTEPMA0GA1UECAwGQmVybGluMQ8wDQYDVQQHDAZCZXJsaW4xETAPBgNVBAoM
CEZhYnJpa2FtMQowCAYDVQQLDAFBMQowCAYDVQQLDAFCMRwwGgYDVQQDDBNjbGllbnQuZmFicmlrYW0uY29tMR4wHAYJKoZIhvcN
AQkBFg9tZUBmYWJyaWthbS5jb20wggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQC8SE/EvRvAqNCNnt9YaB56aCiiHTUq
id9RKDoazkGKzggu3cVVULuyiZDq2mVOtjNgrZnCMv6jvP9AbKcmljbohya9rC8s9npza4WSsxKA/ERl6F/+CF2s7oZaejrxjmLH
n96YvvG5AB7AydYq1o4G935lqbpuxTdULGr5JG1gUg5gOWek0WAkyjKg1wZ2nTscUM2T0ZkwJendfinul1GoIwhqe/+Qhab2F360
cLvyQprbMSv1jsywSMmTZk1eSveEW4Ww0mWCmxhVcHvF9y6k1/b3mgVtLQh98fGx0yom1s1/+n6Tg/0IXVX4pD7lPl6GiHaHMVsd
ZPlYWvUUymYBAgMBAAGjgY8wgYwwSgYDVR0RBEMwQYITY2xpZW50LmZhYnJpa2FtLmNvbYISb3RoZXIuZmFicmlrYW0uY29tgQ9t
ZUBmYWJyaWthbS5jb22GBXVybjp4MB0GA1UdDgQWBBTY4Jchxp7S2t+HVvZzVGeXJ7J0JTAfBgNVHSMEGDAWgBT7/euvFcvdjkld
opMmRjeTDdbb7jAKBggqhkjOPQQDAgNJADBGAiEArP8dyI/gHMSUn4XExUp9phIPZHsdoLKbvyZYSacw21sCIQDK94tG8G8Bf/UA
FPbHwbfFMfJ4daEQ82FJ/qmEjhpe+g==
-----END CERTIFICATE-----";

fn read(pem: &str) -> Certificate {
    Certificate::read(pem.as_bytes()).unwrap()
}

#[test]
fn a_certificate_shows_what_dotnet_shows() {
    let client = read(CLIENT);
    assert_eq!(
        client.subject.to_string(),
        "E=me@fabrikam.com, CN=client.fabrikam.com, OU=B, OU=A, O=Fabrikam, L=Berlin, S=Berlin, C=DE"
    );
    assert_eq!(client.issuer.to_string(), "CN=Contoso Issuing");
    assert_eq!(read(ROOT).subject.to_string(), "CN=Contoso Root, O=\"Contoso, Ltd\", C=US");
    assert_eq!(client.thumbprint(), "069CB3B3FC8D58575D5EDCF9E070490AC50DF3F6");
    assert_eq!((client.serial_number().as_str(), read(ISSUING).serial_number().as_str()), ("1F", "00A1B2"));
    assert_eq!((client.version, client.signature_oid.as_str()), (3, "1.2.840.10045.4.3.2"));
    assert_eq!((client.not_before_unix_ms, client.not_after_unix_ms), (1_735_689_600_000, 4_070_908_800_000));
    assert_eq!(client.dns_names, ["client.fabrikam.com", "other.fabrikam.com"]);
    assert_eq!((client.emails, client.uris), (vec!["me@fabrikam.com".to_owned()], vec!["urn:x".to_owned()]));
    assert_eq!(client.rsa.map(|(n, e)| (n.len(), e)), Some((256, vec![1, 0, 1])));
    assert_eq!(read(ISSUING).curve_point().map(<[u8]>::len), Some(65));
}

#[test]
fn trust_comes_from_a_root_through_what_it_issued() {
    let (root, issuing, client) = (read(ROOT), read(ISSUING), read(CLIENT));
    let now = 1_767_225_600_000;
    let both = [root.clone(), issuing.clone()];
    assert!(client.is_trusted(&both, now));
    assert!(root.is_trusted(&both, now));
    assert!(!client.is_trusted(std::slice::from_ref(&root), now), "who issued it is missing");
    assert!(!client.is_trusted(std::slice::from_ref(&issuing), now), "the root is missing");
    assert!(!client.is_trusted(&[], now));
    assert!(!client.is_trusted(&both, 0) && !client.is_trusted(&both, i64::MAX));
    assert!(client.is_issued_by(&issuing) && !client.is_issued_by(&root));
    let forged = Certificate { signed: b"other".to_vec(), ..client };
    assert!(!forged.is_trusted(&both, now));
}

#[test]
fn what_is_no_certificate_is_refused() {
    let whole = from_pem(CLIENT, "CERTIFICATE").unwrap();
    for bytes in
        [&b""[..], b"nonsense", b"-----BEGIN CERTIFICATE-----", &[0x30, 0x80], &vec![0; MAX_BYTES + 1]]
    {
        assert!(Certificate::read(bytes).is_err());
    }
    // Whatever is cut or changed, reading ends without a panic.
    for at in 0..whole.len() {
        assert!(Certificate::read(&whole[..at]).is_err(), "{at}");
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        let _ = Certificate::read(&changed);
    }
}
