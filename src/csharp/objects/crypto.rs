//! Hashes, keyed hashes and the cipher of `data.Encrypt("Aes", key, iv)`. Signatures with RSA are not here.

use std::any::Any;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut as _, BlockEncryptMut as _, KeyIvInit as _};
use md5::Digest as _;
use ring::digest;

use super::lock;
use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::value::{Environment, Object, Value};

/// A hash function, by the name of its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::csharp) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// The classes that `new` and `Create` make, each with its function and whether it takes a key.
const CLASSES: &[(&str, Hash, bool)] = &[
    ("HMACMD5", Hash::Md5, true),
    ("HMACSHA1", Hash::Sha1, true),
    ("HMACSHA256", Hash::Sha256, true),
    ("HMACSHA384", Hash::Sha384, true),
    ("HMACSHA512", Hash::Sha512, true),
    ("MD5", Hash::Md5, false),
    ("SHA1", Hash::Sha1, false),
    ("SHA1Managed", Hash::Sha1, false),
    ("SHA256", Hash::Sha256, false),
    ("SHA256Managed", Hash::Sha256, false),
    ("SHA384", Hash::Sha384, false),
    ("SHA384Managed", Hash::Sha384, false),
    ("SHA512", Hash::Sha512, false),
    ("SHA512Managed", Hash::Sha512, false),
];

impl Hash {
    fn compute(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Md5 => return md5::Md5::digest(bytes).to_vec(),
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, bytes).as_ref().to_vec()
    }

    fn n_bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn block(self) -> usize {
        if matches!(self, Self::Sha384 | Self::Sha512) { 128 } else { 64 }
    }

    /// HMAC (RFC 2104).
    fn keyed(self, key: &[u8], bytes: &[u8]) -> Vec<u8> {
        let mut padded = if key.len() > self.block() { self.compute(key) } else { key.to_vec() };
        padded.resize(self.block(), 0);
        let with = |mask: u8| padded.iter().map(move |byte| byte ^ mask);
        let inner: Vec<u8> = with(0x36).chain(bytes.iter().copied()).collect();
        let outer: Vec<u8> = with(0x5c).chain(self.compute(&inner)).collect();
        self.compute(&outer)
    }
}

/// `SHA256`, `HMACSHA256` and their like.
pub(in crate::csharp) struct Hasher {
    class: &'static str,
    hash: Hash,
    key: Option<Mutex<Vec<u8>>>,
    computed: Mutex<Option<Vec<u8>>>,
    is_disposed: AtomicBool,
}

impl Hasher {
    /// `new C()`, `C.Create()` and, with a key, `new C(key)`; None where `class` is no such class. A keyed hash without a
    /// key has one by chance, as in .NET.
    pub(in crate::csharp) fn make(
        class: &str,
        key: Option<&Value>,
        env: &dyn Environment,
    ) -> Option<Result<Value, Exception>> {
        let (class, hash, keyed) = CLASSES.iter().find(|(name, ..)| *name == class)?;
        let key = match (key, keyed) {
            (Some(Value::Null), true) => return Some(Err(Exception::argument_null("key"))),
            (Some(key), true) => Some(Mutex::new(convert::bytes_of(key)?)),
            (None, true) => Some(Mutex::new(hash.compute(&env.random_u64().to_be_bytes()))),
            (None, false) => None,
            (Some(_), false) => return None,
        };
        Some(Ok(Value::object(Self {
            class,
            hash: *hash,
            key,
            computed: Mutex::default(),
            is_disposed: AtomicBool::new(false),
        })))
    }

    pub(in crate::csharp) fn dispose(&self) {
        self.is_disposed.store(true, Ordering::Relaxed);
    }

    fn compute(&self, bytes: &[u8]) -> Vec<u8> {
        let hash = match &self.key {
            Some(key) => self.hash.keyed(&lock(key), bytes),
            None => self.hash.compute(bytes),
        };
        *lock(&self.computed) = Some(hash.clone());
        hash
    }
}

impl Object for Hasher {
    fn type_name(&self) -> &str {
        self.class
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Hash" => Ok(lock(&self.computed).clone().map_or(Value::Null, Value::bytes)),
            "HashSize" => Ok(Value::Int(i32::try_from(self.hash.n_bytes() * 8).unwrap_or(0))),
            "Key" if self.key.is_some() => {
                Ok(Value::bytes(self.key.as_ref().map(|key| lock(key).clone()).unwrap_or_default()))
            }
            "HashName" if self.key.is_some() => Ok(self.class.trim_start_matches("HMAC").into()),
            _ => Err(Exception::missing_member(self.class, name)),
        }
    }

    fn set(&self, name: &str, value: &Value) -> Result<(), Exception> {
        match (name, &self.key, convert::bytes_of(value)) {
            ("Key", Some(key), Some(bytes)) => {
                *lock(key) = bytes;
                Ok(())
            }
            _ => Err(Exception::missing_member(self.class, name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        let bytes = args.first().and_then(convert::bytes_of);
        if name == "ComputeHash" && self.is_disposed.load(Ordering::Relaxed) {
            let message = format!("Cannot access a disposed object. Object name: '{}'.", self.display());
            return Err(Exception::new("ObjectDisposedException", message));
        }
        match (name, bytes, args) {
            ("ComputeHash", None, [Value::Null, ..]) => Err(Exception::argument_null("buffer")),
            ("ComputeHash", Some(bytes), [_]) => Ok(Value::bytes(self.compute(&bytes))),
            ("ComputeHash", Some(bytes), [_, Value::Int(from), Value::Int(count)]) => {
                Ok(Value::bytes(self.compute(slice(&bytes, *from, *count)?)))
            }
            ("Clear" | "Dispose", _, []) => {
                self.dispose();
                Ok(Value::Null)
            }
            ("Initialize", _, []) => Ok(Value::Null),
            _ => Err(Exception::missing_overload(self.class, name, args)),
        }
    }

    fn display(&self) -> String {
        format!("System.Security.Cryptography.{}", self.class)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A part of an array, as methods with an offset and a count take it.
pub(in crate::csharp) fn slice(bytes: &[u8], from: i32, count: i32) -> Result<&[u8], Exception> {
    let part = || {
        let (from, count) = (usize::try_from(from).ok()?, usize::try_from(count).ok()?);
        bytes.get(from..from.checked_add(count)?)
    };
    part().ok_or_else(|| Exception::argument("Offset and length were out of bounds for the array."))
}

/// `data.Encrypt(algorithm, key, iv)` and `Decrypt`: AES as .NET makes it, with CBC and the padding of PKCS #7
/// (learn.microsoft.com/azure/api-management/api-management-policy-expressions, 2026-01-15).
pub(super) fn cipher(
    encrypts: bool,
    algorithm: &str,
    data: &[u8],
    args: &[Value],
) -> Result<Value, Exception> {
    let failed = |message: &str| Exception::new("CryptographicException", message);
    if !is_cipher(algorithm) {
        return Err(Exception::not_run(&format!("the cipher `{algorithm}`")));
    }
    let [key, iv] = args else { return Err(Exception::missing_overload("byte[]", "Encrypt", args)) };
    let key = convert::bytes_of(key).ok_or_else(|| Exception::argument_null("key"))?;
    let iv = convert::bytes_of(iv).ok_or_else(|| Exception::argument_null("iv"))?;
    if !matches!(key.len(), 16 | 24 | 32) {
        return Err(failed("Specified key is not a valid size for this algorithm."));
    }
    if iv.len() != 16 {
        return Err(failed(
            "Specified initialization vector (IV) does not match the block size for this algorithm.",
        ));
    }
    let wrong = || failed("Padding is invalid and cannot be removed.");
    macro_rules! run {
        ($aes:ty) => {
            match encrypts {
                true => cbc::Encryptor::<$aes>::new_from_slices(&key, &iv)
                    .map(|cipher| cipher.encrypt_padded_vec_mut::<Pkcs7>(data))
                    .map_err(|_| wrong()),
                false => cbc::Decryptor::<$aes>::new_from_slices(&key, &iv)
                    .map_err(|_| wrong())
                    .and_then(|cipher| cipher.decrypt_padded_vec_mut::<Pkcs7>(data).map_err(|_| wrong())),
            }
        };
    }
    let result = match key.len() {
        16 => run!(aes::Aes128),
        24 => run!(aes::Aes192),
        _ => run!(aes::Aes256),
    };
    result.map(Value::bytes)
}

/// The names under which `Encrypt` and `Decrypt` know the cipher that is here.
pub(in crate::csharp) fn is_cipher(algorithm: &str) -> bool {
    let short = algorithm.rsplit('.').next().unwrap_or(algorithm);
    ["Aes", "AesManaged", "AesCryptoServiceProvider", "Rijndael", "RijndaelManaged"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(short))
}
