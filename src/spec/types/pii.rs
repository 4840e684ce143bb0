//! Personal data in prompts: the account that finds it, and what is done about it.

use super::Region;
use crate::spec::decode::{At, choice, record};

record! {
    /// The Azure AI Language account that finds personal data.
    pub struct LanguageAccount {
        /// The account's region. Left out, the gateway's.
        "location" location: Region = optional;
    }
    refused { "create": "leave `language` out to have none", "existing": "the account is made" }
}

record! {
    /// What happens to personal data in what callers send. All texts of a body are read but those of tools and of response formats,
    /// and a body that cannot be read is refused. Answers are passed on as they come: nothing is put back in them.
    pub struct Pii {
        /// What is done about it.
        "mode" mode: PiiMode = default("anonymize");
        /// What counts as personal.
        "categories" categories: Vec<At<PiiCategory>> = default(["Email", "PhoneNumber", "Person"]);
        /// The language that texts are read in.
        "language" language: TextLanguage = default("en");
    }
    refused { "streaming": "what callers send is looked at before a stream begins, and answers are passed on as they are" }
}

choice! {
    /// What is done about personal data.
    pub enum PiiMode {
        /// Each of its characters becomes `*` before a model sees it.
        Anonymize = "anonymize",
        /// The request is refused with 403.
        Block = "block",
    }
}

// Names: REST API of Language, `PiiCategory` of 2024-11-01 (learn.microsoft.com/azure/ai-services/language-service/
// personally-identifiable-information/concepts/entity-categories, 2025-11).
choice! {
    /// A category of personal data.
    pub enum PiiCategory {
        /// Names of people.
        Person = "Person",
        /// Telephone numbers.
        PhoneNumber = "PhoneNumber",
        /// E-mail addresses.
        Email = "Email",
        /// Postal addresses.
        Address = "Address",
        /// Names of organizations.
        Organization = "Organization",
        /// Ages of people.
        Age = "Age",
        /// Addresses of web pages.
        Url = "URL",
        /// IP addresses.
        IpAddress = "IPAddress",
        /// Numbers of credit cards.
        CreditCardNumber = "CreditCardNumber",
        /// Numbers of bank accounts, IBAN.
        Iban = "InternationalBankingAccountNumber",
        /// Codes of banks, SWIFT.
        SwiftCode = "SWIFTCode",
        /// Social security numbers of the United States.
        UsSocialSecurityNumber = "USSocialSecurityNumber",
        /// Numbers of passports of the European Union.
        EuPassportNumber = "EUPassportNumber",
        /// Identity numbers of the European Union.
        EuNationalIdentificationNumber = "EUNationalIdentificationNumber",
        /// Tax numbers of the European Union.
        EuTaxIdentificationNumber = "EUTaxIdentificationNumber",
    }
}

// Languages of the prebuilt feature (learn.microsoft.com/azure/ai-services/language-service/
// personally-identifiable-information/language-support, 2025-11), those with most speakers.
choice! {
    /// A language that texts are read in.
    pub enum TextLanguage {
        /// English.
        En = "en",
        /// German.
        De = "de",
        /// Spanish.
        Es = "es",
        /// French.
        Fr = "fr",
        /// Italian.
        It = "it",
        /// Dutch.
        Nl = "nl",
        /// Portuguese of Brazil.
        PtBr = "pt-BR",
        /// Portuguese of Portugal.
        PtPt = "pt-PT",
        /// Swedish.
        Sv = "sv",
        /// Japanese.
        Ja = "ja",
        /// Korean.
        Ko = "ko",
        /// Chinese, simplified.
        ZhHans = "zh-hans",
    }
}
