//! `raw`: policies of the user's own, beside those that are rendered and in their place.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{EntityId, FilePath, LongText};
use crate::policy;
use crate::spec::codes;
use crate::spec::decode::{At, Decode, Decoder, choice, record, text};
use crate::spec::yaml::Node;
use crate::text::{FileError, Source};

record! {
    /// Policies of your own, from files. They are checked, deployed and run like those that are rendered.
    pub struct Raw {
        /// Policy fragments, which policies include by their id.
        "fragments" fragments: Vec<At<RawFragment>> = default([]);
        /// Where fragments are included in policies that are rendered.
        "include" include: Vec<At<RawInclude>> = default([]);
        /// Whole policies, each in the place of one that is rendered.
        "policies" policies: Vec<At<RawPolicy>> = default([]);
    }
}

record! {
    /// A policy fragment.
    pub struct RawFragment {
        /// The id in `<include-fragment fragment-id="..." />`.
        "id" id: EntityId = required;
        /// The file with the `<fragment>`.
        "file" file: PolicyFile = required;
        /// What it is for.
        "description" description: LongText = default("");
    }
}

record! {
    /// A place in a rendered policy, and the fragment that is included there.
    pub struct RawInclude {
        /// The policy and the section: `global.inbound`, `api:ID.outbound`, `product:ID.on-error`.
        "at" at: IncludePoint = required;
        /// The id of a fragment of `raw.fragments`.
        "fragment" fragment: EntityId = required;
        /// Whether it comes before what is rendered in the section, or behind it.
        "position" position: IncludePosition = default("start");
    }
}

choice! {
    /// Where in a section a fragment is included.
    pub enum IncludePosition {
        /// Behind `<base />`, before everything that is rendered.
        Start = "start",
        /// Behind everything that is rendered.
        End = "end",
    }
}

record! {
    /// A policy in the place of one that is rendered.
    pub struct RawPolicy {
        /// Whose policy it is: `global`, `api:ID` or `product:ID`.
        "of" of: PolicyOwner = required;
        /// The file with the `<policies>`.
        "file" file: PolicyFile = required;
    }
}

text! {
    /// A section of a policy. The section `backend` has one policy, the one that sends the request on.
    pub struct IncludePoint,
    "a policy and a section of it, such as `global.inbound`, `api:ID.outbound` or `product:ID.on-error`, and not `backend`",
    "^(global|(api|product):[A-Za-z][A-Za-z0-9-]*)\\.(inbound|outbound|on-error)$",
    |text| text.rsplit_once('.').is_some_and(|(owner, section)| {
        is_owner(owner) && ["inbound", "outbound", "on-error"].contains(&section)
    })
}

impl IncludePoint {
    /// The policy, and the name of the section.
    pub fn parts(&self) -> (&str, &str) {
        self.0.rsplit_once('.').unwrap_or((&self.0, ""))
    }
}

text! {
    /// Whose policy it is.
    pub struct PolicyOwner,
    "`global`, `api:ID` or `product:ID`",
    "^(global|(api|product):[A-Za-z][A-Za-z0-9-]*)$",
    is_owner
}

fn is_owner(text: &str) -> bool {
    text == "global"
        || text.split_once(':').is_some_and(|(kind, id)| {
            ["api", "product"].contains(&kind)
                && id.starts_with(|c: char| c.is_ascii_alphabetic())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

/// A file with a policy, read.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyFile {
    pub source: Arc<Source>,
}

impl Decode for PolicyFile {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let path = FilePath::decode(node, cx)?;
        let (shown, bytes) = match cx.file(path.as_str()) {
            Ok(read) => read,
            Err(error) => {
                let shown = cx.shown(node);
                let (message, help) = match error {
                    FileError::NotFound(_) => {
                        (format!("`{shown}` does not exist"), "write the path from the folder of the spec")
                    }
                    FileError::Unreadable { reason, .. } => {
                        (format!("`{shown}` cannot be read: {reason}"), "check the file")
                    }
                };
                cx.report(&codes::FILE, node.span, message).help.push(help.to_owned());
                return None;
            }
        };
        match policy::read(&shown, &bytes) {
            Ok(source) => Some(Self { source }),
            Err(refused) => {
                cx.found.push(refused);
                None
            }
        }
    }

    fn schema() -> Json {
        FilePath::schema()
    }
}
