//! `catalog`: where people find the APIs.

use super::Region;
use crate::spec::decode::{choice, record};

record! {
    /// Where the APIs are listed.
    pub struct Catalog {
        /// An Azure API Center that lists every API of this spec, with where it is called.
        "apiCenter" api_center: ApiCenter = required;
    }
}

// Fields and words: the published type of Microsoft.ApiCenter, 2024-03-01.
record! {
    /// An Azure API Center.
    pub struct ApiCenter {
        /// Its region. Left out, the gateway's; an API Center cannot be had in every region.
        "location" location: Region = optional;
        /// What kind of environment the gateway is.
        "environment" environment: EnvironmentKind = default("production");
        /// How far along the APIs are.
        "lifecycle" lifecycle: LifecycleStage = default("production");
    }
    refused {
        "existing": "the API Center is made",
        "sku": "no published version of its API knows plans: it has the free one until another is chosen in the portal",
    }
}

choice! {
    /// A kind of environment.
    pub enum EnvironmentKind {
        /// For those who build.
        Development = "development",
        /// For those who test.
        Testing = "testing",
        /// The last step before production.
        Staging = "staging",
        /// In earnest.
        Production = "production",
    }
}

choice! {
    /// How far along an API is.
    pub enum LifecycleStage {
        /// Thought about.
        Design = "design",
        /// Being built.
        Development = "development",
        /// Being tested.
        Testing = "testing",
        /// To be tried.
        Preview = "preview",
        /// In use.
        Production = "production",
        /// On its way out.
        Deprecated = "deprecated",
        /// Gone.
        Retired = "retired",
    }
}
