//! Personal data, resolved.

use super::Resolver;
use crate::model::{LanguageAccount, Pii, naming};
use crate::spec;

impl Resolver<'_> {
    pub(super) fn language(&mut self, account: &spec::At<spec::LanguageAccount>) -> LanguageAccount {
        if let Some(location) = &account.location {
            self.known_region(&location.value, location.span);
        }
        let (own, of_gateway) = (self.own, self.stem.location.clone());
        LanguageAccount {
            name: self.name(own.language.as_ref(), &naming::ACCOUNT, "lang", account.span),
            location: account.location.as_ref().map_or(of_gateway, |location| location.normalized()),
            private_endpoint: self.name(
                own.private_endpoint_language.as_ref(),
                &naming::PRIVATE_ENDPOINT,
                "pe-lang",
                account.span,
            ),
        }
    }
}

pub(super) fn policy(pii: &spec::Pii) -> Pii {
    Pii {
        blocks: pii.mode.value == spec::PiiMode::Block,
        categories: pii.categories.iter().map(|category| category.word()).collect(),
        language: pii.language.word(),
    }
}
