//! Personal data in prompts.

/// The Azure AI Language account that finds personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LanguageAccount {
    /// The Azure name of the account, which is its custom subdomain too.
    pub name: String,
    pub location: String,
    /// The name of its private endpoint.
    pub private_endpoint: String,
}

/// What happens to personal data in what callers of an API send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pii {
    /// Whether a request with any is refused; it is masked otherwise.
    pub blocks: bool,
    /// The service's names.
    pub categories: Vec<&'static str>,
    /// The service's code.
    pub language: &'static str,
}
