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
    "ArithmeticException",
    "DivideByZeroException",
    "Func",
    "IDictionary",
    "IEnumerable",
    "IList",
    "IReadOnlyList",
    "JContainer",
    "JsonException",
    "JsonReaderException",
    "NullReferenceException",
    "OverflowException",
    "ICollection",
    "IndexOutOfRangeException",
    "InvalidCastException",
    "NotImplementedException",
    "RegexMatchTimeoutException",
    "UriFormatException",
    "XContainer",
    "XNode",
    "XObject",
    "dynamic",
    "var",
];

/// Types that LINQ walks over.
const ENUMERABLE: &[&str] = &[
    "JArray",
    "JObject",
    "JToken",
    "Headers",
    "IReadOnlyDictionary",
    "Claims",
    "List",
    "Dictionary",
    "HashSet",
    "MatchCollection",
    "GroupCollection",
    "CaptureCollection",
    "string",
];

/// What every hash function has, every keyed one, and every number.
const HASH: &str = "Clear() ComputeHash() Dispose() Hash HashSize:int Initialize()";
const HMAC: &str = "Clear() ComputeHash() Dispose() Hash HashName:string HashSize:int Initialize() Key";
const NUMBER: &str = "CompareTo():int GetValueOrDefault() HasValue:bool Value";

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
    (
        "IDeployment",
        "Certificates Gateway:IGateway GatewayId:string Region:string ServiceId:string ServiceName:string",
    ),
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
        "Body:IMessageBody Certificate:X509Certificate2 Headers:Headers IpAddress:string MatchedParameters:Parameters Method:string \
         OriginalUrl:IUrl Url:IUrl",
    ),
    ("IResponse", "Body:IMessageBody Headers:Headers StatusCode:int StatusReason:string"),
    ("IMessageBody", "As() AsFormUrlEncodedContent():Claims"),
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
    ("object", "Equals():bool GetHashCode():int GetType():Type ToString():string"),
    (
        "X509Certificate2",
        "FriendlyName:string GetCertHashString():string GetEffectiveDateString():string GetExpirationDateString():string \
         GetNameInfo():string GetRSAPrivateKey():RSA GetRSAPublicKey():RSA GetRawCertData() GetSerialNumberString():string \
         HasPrivateKey:bool Issuer:string IssuerName:X500DistinguishedName NotAfter:DateTime NotBefore:DateTime RawData \
         SerialNumber:string SignatureAlgorithm:Oid Subject:string SubjectName:X500DistinguishedName Thumbprint:string \
         Verify():bool VerifyNoRevocation():bool Version:int",
    ),
    ("X500DistinguishedName", "Name:string"),
    ("Oid", "FriendlyName:string Value:string"),
    ("RSA", "Clear() Dispose() KeySize:int SignData() VerifyData():bool"),
    ("Type", "FullName:string Name:string Namespace:string"),
    (
        "string",
        "AsBasic():BasicAuthCredentials AsJwt():Jwt Clone() CompareTo():int Contains():bool EndsWith():bool Equals():bool \
         IndexOf():int IndexOfAny():int Insert():string LastIndexOf():int LastIndexOfAny():int TryParseBasic():bool TryParseJwt():bool \
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
        "Add() Ancestors() ContainsKey():bool Children() Count DeepClone():JObject Descendants() DescendantsAndSelf() First GetValue():JToken HasValues:bool Last Merge() Next Parent \
         Path:string Previous Properties() PropertyValues() Replace() Property():JProperty Remove() RemoveAll() Root SelectToken():JToken SelectTokens() \
         ToObject() TryGetValue():bool Type:JTokenType Value() Values()",
    ),
    (
        "JArray",
        "Add() AddFirst() Ancestors() Children() Clear() Count DeepClone():JArray Descendants() DescendantsAndSelf() First \
         HasValues:bool IndexOf():int Insert() Last Merge() Next Parent Path:string Previous RemoveAll() Replace() \
         Remove() RemoveAt() Root SelectToken():JToken SelectTokens() ToObject() Type:JTokenType Value() Values()",
    ),
    (
        "JToken",
        "Ancestors() AncestorsAndSelf() Children() DeepClone():JToken First HasValues:bool Last Next Parent Path:string \
         Previous Remove() Replace() Root SelectToken():JToken \
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
    ("Random", "Next():int NextBytes() NextDouble():double"),
    (
        "Encoding",
        "BodyName:string CodePage:int GetByteCount():int GetBytes() GetChars() GetPreamble() GetString():string HeaderName:string \
         WebName:string",
    ),
    (
        "Jwt",
        "Algorithm:string Audiences Claims:Claims ExpirationTime:DateTime Id:string IssuedAt:DateTime Issuer:string \
         NotBefore:DateTime Subject:string Type:string",
    ),
    ("Claims", "ContainsKey():bool Count:int GetValueOrDefault() Keys TryGetValue():bool Values"),
    ("BasicAuthCredentials", "Password:string UserId:string Username:string"),
    (
        "Uri",
        "AbsolutePath:string AbsoluteUri:string Authority:string DnsSafeHost:string Fragment:string GetLeftPart():string \
         Host:string IdnHost:string IsAbsoluteUri:bool IsBaseOf():bool IsDefaultPort:bool IsFile:bool IsLoopback:bool IsUnc:bool \
         IsWellFormedOriginalString():bool LocalPath:string OriginalString:string PathAndQuery:string Port:int \
         Query:string Scheme:string Segments UserEscaped:bool UserInfo:string",
    ),
    ("Regex", "IsMatch():bool Match():Match Matches():MatchCollection Replace():string Split()"),
    (
        "Match",
        "Captures:CaptureCollection Groups:GroupCollection Index:int Length:int Result():string Success:bool Value:string",
    ),
    ("Group", "Captures:CaptureCollection Index:int Length:int Success:bool Value:string"),
    ("Capture", "Index:int Length:int Value:string"),
    ("MatchCollection", "Count:int"),
    ("GroupCollection", "Count:int"),
    ("CaptureCollection", "Count:int"),
    ("HashAlgorithm", HASH),
    ("MD5", HASH),
    ("SHA1", HASH),
    ("SHA1Managed", HASH),
    ("SHA256", HASH),
    ("SHA256Managed", HASH),
    ("SHA384", HASH),
    ("SHA384Managed", HASH),
    ("SHA512", HASH),
    ("SHA512Managed", HASH),
    ("HMACMD5", HMAC),
    ("HMACSHA1", HMAC),
    ("HMACSHA256", HMAC),
    ("HMACSHA384", HMAC),
    ("HMACSHA512", HMAC),
    (
        "HashSet",
        "Add():bool Clear() Count ExceptWith() IntersectWith() IsSubsetOf():bool Overlaps():bool Remove():bool SetEquals():bool \
         UnionWith()",
    ),
    (
        "XDocument",
        "Add() Declaration Descendants() Document:XDocument Element():XElement Elements() FirstNode LastNode NextNode \
         NodeType Nodes() Parent PreviousNode Remove() RemoveNodes() ReplaceNodes() ReplaceWith() Root:XElement",
    ),
    (
        "XElement",
        "Add() Attribute():XAttribute Attributes() Descendants() DescendantsAndSelf() Document:XDocument Element():XElement \
         Elements() FirstNode GetDefaultNamespace():XNamespace HasAttributes:bool HasElements:bool IsEmpty:bool LastNode \
         Name:XName NextNode NodeType Nodes() Parent:XElement PreviousNode Remove() RemoveNodes() ReplaceNodes() ReplaceWith() \
         SetAttributeValue() SetElementValue() SetValue() Value:string",
    ),
    ("XAttribute", "Name:XName NodeType Parent:XElement Remove() SetValue() Value:string"),
    ("XText", "NextNode NodeType Parent:XElement PreviousNode Remove() ReplaceWith() Value:string"),
    ("XCData", "NextNode NodeType Parent:XElement PreviousNode Remove() ReplaceWith() Value:string"),
    ("XComment", "NextNode NodeType Parent:XElement PreviousNode Remove() ReplaceWith() Value:string"),
    ("XName", "LocalName:string Namespace:XNamespace NamespaceName:string"),
    ("XNamespace", "GetName():XName NamespaceName:string"),
    ("decimal", NUMBER),
    ("float", NUMBER),
    ("byte", NUMBER),
    ("sbyte", NUMBER),
    ("short", NUMBER),
    ("ushort", NUMBER),
    ("uint", NUMBER),
    ("ulong", NUMBER),
    (
        "StringBuilder",
        "Append():StringBuilder AppendFormat():StringBuilder AppendLine():StringBuilder Clear():StringBuilder Length:int",
    ),
    (
        "List",
        "Add() AddRange() Capacity:int Clear() ConvertAll() Count Exists():bool Find() FindAll() FindIndex():int FindLast() \
         FindLastIndex():int ForEach() GetRange() IndexOf():int Insert() InsertRange() LastIndexOf():int Remove():bool \
         RemoveAll():int RemoveAt() RemoveRange() Reverse() Sort() TrimExcess() TrueForAll():bool",
    ),
    (
        "Dictionary",
        "Add() Clear() ContainsKey():bool ContainsValue():bool Count GetValueOrDefault() Keys Remove():bool TryGetValue():bool Values",
    ),
    ("KeyValuePair", "Key Value"),
    ("Exception", "InnerException Message:string"),
];

/// Static members, in the same notation.
const STATIC: &[(&str, &str)] = &[
    (
        "Array",
        "Clear() ConstrainedCopy() ConvertAll() Copy() Empty() Exists():bool Find() FindAll() FindIndex():int FindLast() \
         FindLastIndex():int ForEach() IndexOf():int LastIndexOf():int Reverse() Sort() TrueForAll():bool",
    ),
    (
        "BitConverter",
        "DoubleToInt64Bits():long GetBytes() Int64BitsToDouble():double IsLittleEndian:bool ToBoolean():bool ToChar() \
         ToDouble():double ToInt16():short ToInt32():int ToInt64():long ToSingle():float ToString():string ToUInt16():ushort \
         ToUInt32():uint ToUInt64():ulong",
    ),
    (
        "Convert",
        "FromBase64String() IsDBNull():bool ToBase64String():string ToBoolean():bool ToByte():byte ToChar() \
         ToDateTime():DateTime ToDecimal():decimal ToDouble():double ToInt16():short ToInt32():int ToInt64():long ToSByte():sbyte \
         ToSingle():float ToString():string ToUInt16():ushort ToUInt32():uint ToUInt64():ulong",
    ),
    ("Tuple", "Create()"),
    ("XDocument", "Parse():XDocument"),
    ("XElement", "Parse():XElement"),
    ("XName", "Get():XName"),
    ("XNamespace", "Get():XNamespace None:XNamespace Xml:XNamespace Xmlns:XNamespace"),
    ("MD5", "Create():MD5"),
    ("SHA1", "Create():SHA1"),
    ("SHA256", "Create():SHA256"),
    ("SHA384", "Create():SHA384"),
    ("SHA512", "Create():SHA512"),
    (
        "Regex",
        "IsMatch():bool Match():Match Matches():MatchCollection Replace():string Split() Unescape():string",
    ),
    (
        "decimal",
        "Add():decimal Ceiling():decimal Compare():int Divide():decimal Floor():decimal MaxValue:decimal MinValue:decimal \
        MinusOne:decimal Multiply():decimal Negate():decimal One:decimal Parse():decimal Remainder():decimal Round():decimal \
        Subtract():decimal ToDouble():double ToInt32():int ToInt64():long Truncate():decimal TryParse():bool Zero:decimal",
    ),
    (
        "float",
        "Epsilon:float IsInfinity():bool IsNaN():bool MaxValue:float MinValue:float NaN:float NegativeInfinity:float \
        Parse():float PositiveInfinity:float TryParse():bool",
    ),
    ("byte", "MaxValue:byte MinValue:byte Parse():byte TryParse():bool"),
    ("sbyte", "MaxValue:sbyte MinValue:sbyte Parse():sbyte TryParse():bool"),
    ("short", "MaxValue:short MinValue:short Parse():short TryParse():bool"),
    ("ushort", "MaxValue:ushort MinValue:ushort Parse():ushort TryParse():bool"),
    ("uint", "MaxValue:uint MinValue:uint Parse():uint TryParse():bool"),
    ("ulong", "MaxValue:ulong MinValue:ulong Parse():ulong TryParse():bool"),
    (
        "DateTime",
        "MaxValue:DateTime MinValue:DateTime Now:DateTime Parse():DateTime Today:DateTime UtcNow:DateTime",
    ),
    (
        "DateTimeOffset",
        "FromUnixTimeMilliseconds():DateTimeOffset FromUnixTimeSeconds():DateTimeOffset MaxValue:DateTimeOffset \
         MinValue:DateTimeOffset Now:DateTimeOffset Parse():DateTimeOffset TryParse():bool UtcNow:DateTimeOffset",
    ),
    (
        "Encoding",
        "ASCII:Encoding BigEndianUnicode:Encoding Convert() Default:Encoding GetEncoding():Encoding UTF32:Encoding UTF8:Encoding \
         Unicode:Encoding",
    ),
    ("Enumerable", "Empty() Range() Repeat()"),
    ("Guid", "Empty:Guid NewGuid():Guid Parse():Guid TryParse():bool"),
    ("JArray", "FromObject():JArray Parse():JArray"),
    ("JObject", "FromObject():JObject Parse():JObject"),
    ("JToken", "DeepEquals():bool FromObject():JToken Parse():JToken"),
    ("JsonConvert", "DeserializeObject() SerializeObject():string"),
    (
        "Math",
        "Abs() Acos():double Asin():double Atan():double Atan2():double BigMul():long Ceiling() Cos():double Cosh():double E:double \
         Exp():double Floor() IEEERemainder():double Log():double Log10():double Max() Min() PI:double Pow():double Round() \
         Sign():int Sin():double Sinh():double Sqrt():double Tan():double Tanh():double Truncate()",
    ),
    (
        "TimeSpan",
        "FromDays():TimeSpan FromHours():TimeSpan FromMilliseconds():TimeSpan FromMinutes():TimeSpan \
         FromSeconds():TimeSpan FromTicks():TimeSpan MaxValue:TimeSpan MinValue:TimeSpan TicksPerDay:long TicksPerHour:long \
         TicksPerMillisecond:long TicksPerMinute:long TicksPerSecond:long Zero:TimeSpan",
    ),
    (
        "Uri",
        "CheckSchemeName():bool EscapeDataString():string EscapeUriString():string IsHexDigit():bool IsWellFormedUriString():bool \
         SchemeDelimiter:string TryCreate():bool UnescapeDataString():string UriSchemeFile:string UriSchemeFtp:string \
         UriSchemeHttp:string UriSchemeHttps:string",
    ),
    ("WebUtility", "HtmlDecode():string HtmlEncode():string UrlDecode():string UrlEncode():string"),
    ("bool", "FalseString:string Parse():bool TrueString:string TryParse():bool"),
    (
        "char",
        "ConvertFromUtf32():string ConvertToUtf32():int GetNumericValue():double IsControl():bool IsDigit():bool IsHighSurrogate():bool IsLetter():bool IsLetterOrDigit():bool IsLowSurrogate():bool IsLower():bool IsNumber():bool IsPunctuation():bool IsSeparator():bool \
         IsSurrogate():bool IsSymbol():bool IsUpper():bool IsWhiteSpace():bool MaxValue MinValue Parse() ToString():string \
         ToLower() ToLowerInvariant() ToUpper() ToUpperInvariant()",
    ),
    (
        "double",
        "Epsilon:double IsInfinity():bool IsNaN():bool IsNegativeInfinity():bool IsPositiveInfinity():bool \
        MaxValue:double MinValue:double NaN:double NegativeInfinity:double Parse():double PositiveInfinity:double TryParse():bool",
    ),
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
                "Headers" | "Parameters" | "Claims" => "IReadOnlyDictionary",
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
