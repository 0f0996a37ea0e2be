//! Which names hold credentials: the tables, and nothing else.
//!
//! Names are compared without case and without anything but ASCII letters and digits, so `client_secret`,
//! `Client-Secret` and `clientSecret` are one entry, written here as `clientsecret`. Digits at the end of a
//! name (`password2`) are left off where the whole name is not in a table. [`super::names`] looks names up here.
//!
//! Lists of words are one text with white space between them.
//!
//! To redact one more name, add it to the group that it belongs to. To keep SAML's `SignatureValue` from
//! being stored too, add `signaturevalue` to a group of its own: issue 3 says that it stays, as it is public.

use std::ops::RangeInclusive;

/// What is done with the value that a name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The value is the secret; a JWT keeps its header and its claims.
    Secret,
    /// A scheme, then the secret.
    Authorization,
    /// Names and values of cookies.
    Cookie,
    /// One cookie and its attributes.
    SetCookie,
    /// Something within a container of cookies: cookies with their names, or one bare value.
    Jar,
    /// A SAML message in its encoding; what is secret inside is redacted there.
    Saml,
    /// A JWT or a SAML assertion; anything else is a secret.
    Assertion,
    /// An authorization code, if what stands beside it says so: elsewhere `code` is an error's or a country's.
    Code,
    /// A number of a private key, if the key's type stands beside it.
    Jwk,
    /// A number of a private key, if an RSA modulus stands beside it.
    Rsa,
    /// The signature of a JWT that is written as an object, if its other members stand beside it.
    Jws,
    /// A ticket of CAS, by the prefix of its value: elsewhere a ticket is a request for help.
    Ticket,
}

/// Names whose values are treated alike, and what the redaction is called.
pub(super) struct Group {
    pub(super) rule: &'static str,
    pub(super) way: Way,
    /// With white space between them.
    pub(super) names: &'static str,
}

const fn group(rule: &'static str, way: Way, names: &'static str) -> Group {
    Group { rule, way, names }
}

/// Whole names: of headers, parameters, form fields, JSON keys, XML elements and attributes.
pub(super) const NAMES: &[Group] = &[
    // Headers that are credentials as a whole.
    group("authorization", Way::Authorization, "authorization proxyauthorization"),
    group("cookie", Way::Cookie, "cookie cookie2 cookies"),
    group("cookie", Way::SetCookie, "setcookie setcookie2"),
    // People's secrets.
    group(
        "password",
        Way::Secret,
        "pass passwd password passwordconfirmation passphrase passwort pfpass pwd pw userpass",
    ),
    group(
        "one-time-password",
        Way::Secret,
        "mfacode onetimecode otp otpcode passcode pin totp totpcode verificationcode",
    ),
    group("security-answer", Way::Secret, "recoveryanswer securityanswer"),
    // OAuth 2.0 and OpenID Connect.
    group("client-secret", Way::Secret, "clientsecret clientkey clientpassword consumersecret"),
    group("authorization-code", Way::Secret, "authcode authorizationcode oauthcode"),
    group("authorization-code", Way::Code, "code"),
    group("access-token", Way::Secret, "accesstoken bearer bearertoken userinfotoken xaccesstoken"),
    group("refresh-token", Way::Secret, "refreshtoken oldrefreshtoken"),
    group("id-token", Way::Secret, "credential idtoken idtokenhint jwt logouttoken samltoken securitytoken"),
    group("client-assertion", Way::Assertion, "assertion clientassertion samlassertion"),
    group("code-verifier", Way::Secret, "codeverifier pkceverifier"),
    group("device-code", Way::Secret, "authreqid devicecode"),
    // OAuth 1.0.
    group("oauth1-signature", Way::Secret, "oauthsignature"),
    group("oauth1-key", Way::Secret, "consumerkey oauthconsumerkey"),
    // Keys to an API, and links that are signed to open without one.
    group(
        "api-key",
        Way::Secret,
        "accountkey authkey awsaccesskeyid functionskey ocpapimsubscriptionkey masterkey sharedaccesskey \
         sharedkey subscriptionkey xamzcredential xfunctionskey xgoogcredential",
    ),
    group("signed-link", Way::Secret, "sharedaccesssignature sig xamzsignature xgoogsignature"),
    // Sessions, and what protects their forms.
    group(
        "session-id",
        Way::Secret,
        "aspnetsessionid interactionhandle jsessionid phpsessid sess sessid sessionhandle sessionid \
         sessionkey statehandle",
    ),
    group("anti-forgery-token", Way::Secret, "apicanary canary csrfp sessioncode sft wpnonce"),
    group("ticket", Way::Ticket, "ticket lt pgt pgtid pgtiou"),
    // SAML, WS-Security and XML Encryption. A whole response stays readable, as its signature does.
    group("saml", Way::Saml, "samlrequest samlresponse wresult"),
    group("saml-artifact", Way::Secret, "samlart artifact"),
    group("encrypted-value", Way::Secret, "ciphertext ciphervalue encryptedkey"),
    group("binary-secret", Way::Secret, "binarysecret"),
    // Private keys.
    group("private-key", Way::Secret, "privatekeydata privatekeypem"),
    group("private-key", Way::Jwk, "d dp dq k p q qi"),
    group("private-key", Way::Rsa, "inverseq"),
    group("jwt-signature", Way::Jws, "signature"),
];

/// Ends of names, for those that no table could list: `my_app_password`, `X-Company-Token`.
pub(super) const ENDINGS: &[Group] = &[
    group("authorization", Way::Authorization, "authorization"),
    group("cookie", Way::Cookie, "cookie"),
    group("password", Way::Secret, "passphrase passwd password passwordfield passwordinput passwordtextbox"),
    group("client-secret", Way::Secret, "secret"),
    group("access-token", Way::Secret, "accesstoken"),
    group("refresh-token", Way::Secret, "refreshtoken"),
    group("id-token", Way::Secret, "idtoken"),
    group(
        "anti-forgery-token",
        Way::Secret,
        "antiforgery authenticitytoken csrf csrfkey csrfparam csrftoken csrfvalue verificationtoken xsrf xsrftoken",
    ),
    group("token", Way::Secret, "token"),
    group("api-key", Way::Secret, "accesskey apikey secretkey"),
    group("private-key", Way::Secret, "encryptionkey privatekey signingkey"),
    group("session-id", Way::Secret, "sessionid"),
    group("code-verifier", Way::Secret, "verifier"),
];

/// Names that end like a secret's and hold none.
pub(super) const HARMLESS_NAMES: &str = "canceltoken cancellationtoken changepassword continuationtoken forgotpassword haspassword hastoken \
     nextpagetoken nexttoken pagetoken previouspagetoken resetpassword synctoken";

/// Values that are no secret under any name.
pub(super) const HARMLESS_VALUES: &str = "deleted false n/a none null off on true undefined";

/// Keys that describe a secret inside the object that holds it (`"cookies": [{"name": …, "value": …}]`).
pub(super) const DESCRIPTIVE: &str = "alg algorithm comment created createdat description domain endpoint expires expiresat expiresin format \
     hint id issuedat key kid label lastupdated message method name path provider samesite scope status title \
     type updated uri url username";

/// Names that make others secret by standing beside them.
pub(super) const COMPANIONS: &[(Way, &[&str])] = &[
    (
        Way::Code,
        &["authuser", "clientid", "codeverifier", "granttype", "iss", "redirecturi", "scope", "sessionstate", "state"],
    ),
    (Way::Jwk, &["kty", "modulus"]),
    (Way::Jws, &["protected"]),
    (Way::Rsa, &["modulus"]),
];

/// Members of objects that pair a name with a value in two members, and elements that do so in attributes.
pub(super) const NAME_KEYS: &[&str] = &["name", "key", "header", "parameter", "friendlyname"];
/// The other half of such a pair.
pub(super) const VALUE_KEYS: &[&str] = &["value", "val", "content"];

/// Schemes of `Authorization` whose parameters are named, and which of these are secret.
pub(super) const PARAMETER_SCHEMES: &[&str] = &["aws4-hmac-sha256", "digest", "hawk", "mac", "oauth", "signature"];
/// The secret parameters of those schemes, beside what [`NAMES`] and [`ENDINGS`] say.
pub(super) const SECRET_PARAMETERS: &[&str] = &["credential", "mac", "response", "signature"];
/// Schemes that are known wherever they stand in a text, the credential following.
pub(super) const SCHEMES: &[&str] = &["basic", "bearer", "dpop", "negotiate", "ntlm"];

/// Segments of a path that announce a secret as the next, if that looks like one.
pub(super) const ANNOUNCERS: &str =
    "activate forgotpassword invitation invite magiclink passwordreset resetpassword verifyemail";

/// Attributes of a cookie: they stay.
pub(super) const COOKIE_ATTRIBUTES: &str = "comment commenturl discard domain expires httponly maxage partitioned path port priority samesite secure \
     version";

/// The longest token that is looked for by its prefix.
const TOKEN_MAX: usize = 4096;

/// Keys and tokens that tell what they are by their first letters: prefix, length, what it is.
pub(super) const PREFIXES: &[(&str, RangeInclusive<usize>, &str)] = &[
    ("AKIA", 20..=20, "aws-key"),
    ("ASIA", 20..=20, "aws-key"),
    ("AIza", 39..=39, "api-key"),
    ("SG.", 40..=TOKEN_MAX, "api-key"),
    ("clog_", 40..=TOKEN_MAX, "api-key"),
    ("dop_v1_", 40..=TOKEN_MAX, "api-key"),
    ("ghp_", 30..=TOKEN_MAX, "api-key"),
    ("gho_", 30..=TOKEN_MAX, "access-token"),
    ("ghr_", 30..=TOKEN_MAX, "refresh-token"),
    ("ghs_", 30..=TOKEN_MAX, "access-token"),
    ("ghu_", 30..=TOKEN_MAX, "access-token"),
    ("github_pat_", 30..=TOKEN_MAX, "api-key"),
    ("glpat-", 20..=TOKEN_MAX, "api-key"),
    ("hvs.", 24..=TOKEN_MAX, "api-key"),
    ("npm_", 36..=TOKEN_MAX, "api-key"),
    ("rk_live_", 20..=TOKEN_MAX, "api-key"),
    ("shpat_", 30..=TOKEN_MAX, "api-key"),
    ("sk_live_", 20..=TOKEN_MAX, "api-key"),
    ("sk_test_", 20..=TOKEN_MAX, "api-key"),
    ("whsec_", 24..=TOKEN_MAX, "api-key"),
    ("xoxa-", 20..=TOKEN_MAX, "api-key"),
    ("xoxb-", 20..=TOKEN_MAX, "api-key"),
    ("xoxp-", 20..=TOKEN_MAX, "api-key"),
    ("xoxr-", 20..=TOKEN_MAX, "api-key"),
    ("xoxs-", 20..=TOKEN_MAX, "api-key"),
    ("ya29.", 20..=TOKEN_MAX, "access-token"),
];

/// Tickets of CAS begin so.
pub(super) const TICKET_PREFIXES: &[&str] = &["LT-", "PGT-", "PGTIOU-", "PT-", "ST-", "TGT-"];

/// Elements that hold a named control in HTML without holding its value.
pub(super) const NOT_VALUES: &str = "a area base br button col embed fieldset form frame hr iframe img input link map meta object param \
     select slot source track wbr";
