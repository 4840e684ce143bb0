//! The types and members that expressions may name, as one table: `check` refuses what is not in it, and the
//! reference is printed from it. The members of `context` are those of the policy expression reference
//! (learn.microsoft.com/azure/api-management/api-management-policy-expressions, 2026-01-15), as far as they are
//! evaluated; which of them a gateway fills is its own matter.

use super::convert::short_name;
use super::methods::construct::CONSTRUCTED;
use super::methods::linq;
use super::methods::statics::ENUMS;
use super::types;

/// A member of a type, for the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub type_name: &'static str,
    pub name: &'static str,
    pub is_static: bool,
    pub is_method: bool,
    /// The type of its value; empty where that depends on the arguments.
    pub gives: &'static str,
}

/// Every type and member that is known, in the order of the reference.
pub fn members() -> Vec<Member> {
    let of = |table: &'static [(&str, &str)], is_static| {
        table.iter().flat_map(move |(type_name, members)| {
            members.split_whitespace().map(move |member| parse(type_name, member, is_static))
        })
    };
    let enums = ENUMS.iter().flat_map(|(type_name, names)| {
        names.iter().map(|name| Member {
            type_name,
            name,
            is_static: true,
            is_method: false,
            gives: type_name,
        })
    });
    let constructors = CONSTRUCTED.iter().map(|type_name| Member {
        type_name,
        name: "new",
        is_static: true,
        is_method: true,
        gives: type_name,
    });
    let all = of(INSTANCE, false).chain(of(STATIC, true)).chain(constructors).chain(enums);
    all.filter(|member| !types::is_refused(member.type_name, member.name)).collect()
}

fn parse(type_name: &'static str, text: &'static str, is_static: bool) -> Member {
    let (name, gives) = text.split_once(':').unwrap_or((text, ""));
    let method = name.strip_suffix("()");
    Member { type_name, name: method.unwrap_or(name), is_static, is_method: method.is_some(), gives }
}

fn find(table: &'static [(&str, &str)], type_name: &str, name: &str, is_static: bool) -> Option<Member> {
    let (type_name, members) = table.iter().find(|(known, _)| *known == type_name)?;
    members
        .split_whitespace()
        .map(|member| parse(type_name, member, is_static))
        .find(|member| member.name == name)
}

pub(super) fn static_member(type_name: &str, name: &str) -> Option<Member> {
    let of_enum = || {
        let (type_name, names) = ENUMS.iter().find(|(known, _)| *known == type_name)?;
        let name = names.iter().find(|known| **known == name)?;
        Some(Member { type_name, name, is_static: true, is_method: false, gives: type_name })
    };
    find(STATIC, type_name, name, true).or_else(of_enum)
}

/// A member of a value of this type; the type has to be one of [`is_checked`].
pub(super) fn instance_member(type_name: &str, name: &str) -> Option<Member> {
    let own = find(INSTANCE, type_name, name, false);
    let enumerable = || {
        let walks = ENUMERABLE.contains(&type_name) && linq::METHODS.contains(&name);
        walks.then_some(Member {
            type_name: "IEnumerable",
            name: "",
            is_static: false,
            is_method: true,
            gives: "",
        })
    };
    own.or_else(enumerable).or_else(|| find(INSTANCE, "object", name, false))
}

/// Whether all members of values of this type are in the table.
pub(super) fn is_checked(type_name: &str) -> bool {
    INSTANCE.iter().any(|(known, _)| *known == type_name)
}

/// The names of a type's members, for "did you mean".
pub(super) fn names_of(type_name: &str, is_static: bool) -> Vec<&'static str> {
    members()
        .into_iter()
        .filter(|member| {
            member.type_name == type_name && member.is_static == is_static && member.name != "new"
        })
        .map(|member| member.name)
        .collect()
}

/// The types whose static members are evaluated.
pub(super) fn is_static_type(name: &str) -> bool {
    STATIC.iter().any(|(known, _)| *known == name) || ENUMS.iter().any(|(known, _)| *known == name)
}

/// Whether a cast, a declaration or a type argument may name the type.
pub(super) fn is_type(name: &str) -> bool {
    let name = short_name(name);
    is_static_type(name) || is_checked(name) || CONSTRUCTED.contains(&name) || OTHER_TYPES.contains(&name)
}

pub(super) fn type_names() -> Vec<&'static str> {
    let tables = STATIC.iter().chain(INSTANCE).map(|(name, _)| *name);
    let enums = ENUMS.iter().map(|(name, _)| *name);
    let mut names: Vec<_> =
        tables.chain(enums).chain(CONSTRUCTED.iter().copied()).chain(OTHER_TYPES.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Types that have no members of their own in the tables.
const OTHER_TYPES: &[&str] = &[
    "Action",
    "ArgumentNullException",
    "ArgumentOutOfRangeException",
    "DivideByZeroException",
    "FormatException",
    "Func",
    "ICollection",
    "IDictionary",
    "IEnumerable",
    "IList",
    "IReadOnlyList",
    "InvalidCastException",
    "JContainer",
    "JsonException",
    "JsonReaderException",
    "KeyNotFoundException",
    "NullReferenceException",
    "OverflowException",
    "byte",
    "dynamic",
    "var",
];

/// Types that LINQ walks over.
const ENUMERABLE: &[&str] =
    &["JArray", "JObject", "JToken", "Headers", "IReadOnlyDictionary", "List", "Dictionary", "string"];

/// Members of values: `Name:Type` is a property, `Name():Type` a method. No type: it depends, or is not checked.
const INSTANCE: &[(&str, &str)] = &[
    (
        "IProxyRequestContext",
        "Api:IApi Deployment:IDeployment Elapsed:TimeSpan LastError:ILastError Operation:IOperation Product:IProduct \
         Request:IRequest RequestId:Guid Response:IResponse Subscription:ISubscription Timestamp:DateTime Trace() \
         Tracing:bool User:IUser Variables:IReadOnlyDictionary",
    ),
    (
        "IApi",
        "Id:string IsCurrentRevision:bool Name:string Path:string Revision:string ServiceUrl:IUrl Version:string",
    ),
    ("IDeployment", "Gateway:IGateway GatewayId:string Region:string ServiceId:string ServiceName:string"),
    ("IGateway", "Id:string InstanceId:string IsManaged:bool"),
    (
        "ILastError",
        "Message:string Path:string PolicyId:string Reason:string Scope:string Section:string Source:string",
    ),
    ("IOperation", "Id:string Method:string Name:string UrlTemplate:string"),
    (
        "IProduct",
        "ApprovalRequired:bool Groups Id:string Name:string State SubscriptionLimit SubscriptionRequired:bool",
    ),
    (
        "IRequest",
        "Body:IMessageBody Headers:Headers IpAddress:string MatchedParameters:Parameters Method:string \
         OriginalUrl:IUrl Url:IUrl",
    ),
    ("IResponse", "Body:IMessageBody Headers:Headers StatusCode:int StatusReason:string"),
    ("IMessageBody", "As()"),
    ("IUrl", "Host:string Path:string Port:int Query:Headers QueryString:string Scheme:string"),
    (
        "ISubscription",
        "CreatedDate EndDate Id:string Key:string Name:string PrimaryKey:string SecondaryKey:string StartDate",
    ),
    (
        "IUser",
        "Email:string FirstName:string Groups Id:string Identities LastName:string Note:string RegistrationDate",
    ),
    ("Headers", "ContainsKey():bool Count:int GetValueOrDefault():string Keys TryGetValue():bool Values"),
    ("Parameters", "ContainsKey():bool Count:int GetValueOrDefault():string Keys TryGetValue():bool Values"),
    (
        "IReadOnlyDictionary",
        "ContainsKey():bool Count:int GetValueOrDefault() Keys TryGetValue():bool Values",
    ),
    ("object", "Equals():bool ToString():string"),
    (
        "string",
        "CompareTo():int Contains():bool EndsWith():bool Equals():bool IndexOf():int Insert():string LastIndexOf():int \
         Length:int PadLeft():string PadRight():string Remove():string Replace():string Split() StartsWith():bool \
         Substring():string ToCharArray() ToLower():string ToLowerInvariant():string ToUpper():string \
         ToUpperInvariant():string Trim():string TrimEnd():string TrimStart():string",
    ),
    ("int", "CompareTo():int GetValueOrDefault():int HasValue:bool Value:int"),
    ("long", "CompareTo():int GetValueOrDefault():long HasValue:bool Value:long"),
    ("double", "CompareTo():int GetValueOrDefault():double HasValue:bool Value:double"),
    ("bool", "CompareTo():int GetValueOrDefault():bool HasValue:bool Value:bool"),
    (
        "JObject",
        "Add() ContainsKey():bool Children() Count DeepClone():JObject First GetValue():JToken HasValues:bool Last Parent \
         Path:string Properties() Property():JProperty Remove() RemoveAll() Root SelectToken():JToken SelectTokens() \
         ToObject() TryGetValue():bool Type:JTokenType Value() Values()",
    ),
    (
        "JArray",
        "Add() Children() Clear() Count DeepClone():JArray First HasValues:bool IndexOf():int Insert() Last Parent Path:string \
         Remove() RemoveAt() Root SelectToken():JToken SelectTokens() ToObject() Type:JTokenType Value() Values()",
    ),
    (
        "JToken",
        "Children() DeepClone():JToken First HasValues:bool Last Parent Path:string Remove() Root SelectToken():JToken \
         SelectTokens() ToObject() Type:JTokenType Value() Values()",
    ),
    (
        "JValue",
        "DeepClone() HasValues:bool Parent Path:string Remove() Root ToObject() Type:JTokenType Value",
    ),
    (
        "JProperty",
        "DeepClone() HasValues:bool Name:string Parent Path:string Remove() Root Type:JTokenType Value:JToken",
    ),
    (
        "DateTime",
        "Add():DateTime AddDays():DateTime AddHours():DateTime AddMilliseconds():DateTime AddMinutes():DateTime \
         AddMonths():DateTime AddSeconds():DateTime AddTicks():DateTime AddYears():DateTime Date:DateTime \
         Day:int DayOfWeek:DayOfWeek DayOfYear:int Hour:int Millisecond:int Minute:int Month:int \
         Second:int Subtract() Ticks:long TimeOfDay:TimeSpan Year:int",
    ),
    (
        "DateTimeOffset",
        "Add():DateTimeOffset AddDays():DateTimeOffset AddHours():DateTimeOffset AddMilliseconds():DateTimeOffset \
         AddMinutes():DateTimeOffset AddMonths():DateTimeOffset AddSeconds():DateTimeOffset AddTicks():DateTimeOffset \
         AddYears():DateTimeOffset CompareTo():int DateTime:DateTime Day:int DayOfWeek:DayOfWeek DayOfYear:int Hour:int \
         Millisecond:int Minute:int Month:int Offset:TimeSpan Second:int Subtract() Ticks:long TimeOfDay:TimeSpan \
         ToUniversalTime():DateTimeOffset ToUnixTimeMilliseconds():long ToUnixTimeSeconds():long UtcDateTime:DateTime \
         UtcTicks:long Year:int",
    ),
    (
        "TimeSpan",
        "Add():TimeSpan CompareTo():int Days:int Duration():TimeSpan Hours:int Milliseconds:int Minutes:int \
         Negate():TimeSpan Seconds:int Subtract():TimeSpan Ticks:long TotalDays:double TotalHours:double \
         TotalMilliseconds:double TotalMinutes:double TotalSeconds:double",
    ),
    ("Guid", "CompareTo():int ToByteArray()"),
    ("Random", "Next():int NextDouble():double"),
    ("Encoding", "GetByteCount():int GetBytes() GetString():string"),
    (
        "StringBuilder",
        "Append():StringBuilder AppendFormat():StringBuilder AppendLine():StringBuilder Clear():StringBuilder Length:int",
    ),
    ("List", "Add() AddRange() Clear() Count Insert() IndexOf():int Remove():bool RemoveAt() Reverse()"),
    (
        "Dictionary",
        "Add() Clear() ContainsKey():bool Count GetValueOrDefault() Keys Remove():bool TryGetValue():bool Values",
    ),
    ("KeyValuePair", "Key Value"),
    ("Exception", "InnerException Message:string"),
];

/// Static members, in the same notation.
const STATIC: &[(&str, &str)] = &[
    ("Array", "IndexOf():int"),
    (
        "Convert",
        "FromBase64String() ToBase64String():string ToBoolean():bool ToDateTime():DateTime ToDouble():double \
         ToInt32():int ToInt64():long ToString():string",
    ),
    (
        "DateTime",
        "MaxValue:DateTime MinValue:DateTime Now:DateTime Parse():DateTime Today:DateTime UtcNow:DateTime",
    ),
    (
        "DateTimeOffset",
        "FromUnixTimeMilliseconds():DateTimeOffset FromUnixTimeSeconds():DateTimeOffset MaxValue:DateTimeOffset \
         MinValue:DateTimeOffset Now:DateTimeOffset Parse():DateTimeOffset TryParse():bool UtcNow:DateTimeOffset",
    ),
    ("Encoding", "ASCII:Encoding UTF8:Encoding"),
    ("Enumerable", "Empty() Range() Repeat()"),
    ("Guid", "Empty:Guid NewGuid():Guid Parse():Guid TryParse():bool"),
    ("JArray", "FromObject():JArray Parse():JArray"),
    ("JObject", "FromObject():JObject Parse():JObject"),
    ("JToken", "FromObject():JToken Parse():JToken"),
    ("JsonConvert", "DeserializeObject() SerializeObject():string"),
    (
        "Math",
        "Abs() Ceiling():double E:double Exp():double Floor():double Log():double Log10():double Max() Min() PI:double \
         Pow():double Round():double Sign():int Sqrt():double Truncate():double",
    ),
    (
        "TimeSpan",
        "FromDays():TimeSpan FromHours():TimeSpan FromMilliseconds():TimeSpan FromMinutes():TimeSpan \
         FromSeconds():TimeSpan FromTicks():TimeSpan MaxValue:TimeSpan Zero:TimeSpan",
    ),
    ("Uri", "EscapeDataString():string UnescapeDataString():string"),
    ("WebUtility", "HtmlDecode():string HtmlEncode():string UrlDecode():string UrlEncode():string"),
    ("bool", "Parse():bool TryParse():bool"),
    (
        "char",
        "IsDigit():bool IsLetter():bool IsLetterOrDigit():bool IsLower():bool IsUpper():bool IsWhiteSpace():bool \
         ToLower() ToLowerInvariant() ToUpper() ToUpperInvariant()",
    ),
    ("double", "IsNaN():bool MaxValue:double MinValue:double NaN:double Parse():double TryParse():bool"),
    ("int", "MaxValue:int MinValue:int Parse():int TryParse():bool"),
    ("long", "MaxValue:long MinValue:long Parse():long TryParse():bool"),
    ("object", "Equals():bool ReferenceEquals():bool"),
    (
        "string",
        "Compare():int CompareOrdinal():int Concat():string Empty:string Equals():bool Format():string \
         IsNullOrEmpty():bool IsNullOrWhiteSpace():bool Join():string",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_evaluator_promises_the_checks_allow() {
        let allows = |member: &Member| {
            let name = match member.type_name {
                // What the host calls them; to C# they are dictionaries.
                "Headers" | "Parameters" => "IReadOnlyDictionary",
                "IApi" => "IContextApi",
                "IGateway" => "IGatewayInfo",
                name => name,
            };
            let Some(def) = types::find(name) else { return false };
            let ty = types::Ty::Of(def, def.params.iter().map(|_| types::Ty::Unknown).collect());
            let mut bases = ty.ancestry();
            bases.push(types::Ty::named("object"));
            def.open
                || bases.iter().any(|base| {
                    matches!(base, types::Ty::Of(def, _) if def.members.iter().any(|own| own.name == member.name))
                })
        };
        // A `var` of a number is plain here and nullable in C#, so that its `Value` can be read.
        let of_nullable = |member: &Member| matches!(member.name, "Value" | "HasValue" | "GetValueOrDefault");
        let missing: Vec<String> = members()
            .iter()
            .filter(|member| !allows(member) && !of_nullable(member))
            .map(|member| format!("{}.{}", member.type_name, member.name))
            .collect();
        assert!(missing.is_empty(), "add to types/data: {missing:?}");
    }
}
