//! Which names hold credentials: the tables, and nothing else.
//!
//! Names are compared without case and without anything but ASCII letters and digits, so `client_secret`,
//! `Client-Secret` and `clientSecret` are one entry, written here as `clientsecret`. Digits at the end of a
//! name (`password2`) are left off where the whole name is not in a table. [`super::names`] looks names up here.
//!
//! Lists of words are one text with white space between them.
//!
//! To redact one more name, add it to the group that it belongs to. A SAML message's `SignatureValue` is public and
//! stays, but where the message is a bearer's grant.

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
    /// A signature that opens something, if what stands beside it says so: of a JWT that is written as an object, of
    /// OAuth 1.0, of a signed link. Those of SAML messages stay.
    Signature,
    /// The signature of a SAML message, where that was handed over as a bearer's grant.
    Bearer,
    /// The answer to a security question, if one stands beside it.
    Answer,
    /// The code that people type to let a device in, if it looks like one or a device's code stands beside it.
    UserCode,
    /// A word of many meanings: a secret if its value looks made by a machine.
    Opaque,
    /// The same, in a query or a form only.
    OpaqueField,
    /// A session's id in a query or a form, unless an issuer stands beside it: then it is a logout's.
    Sid,
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
        "contrasena heslo jelszo kennwort lozinka mdp motdepasse parola pass passwd password passphrase passwort pfpass \
         pswd psw pwd pw salasana senha unicodepwd userpass userpwd wachtwoord",
    ),
    group(
        "one-time-password",
        Way::Secret,
        "2facode accesscode activationcode authenticatorcode backupcode bindingcode confirmationcode duocode emailcode \
         factorcode invitecode logincode oobcode otc otp pin recoverycode resetcode securitycode smscode totp \
         twofactorcode txcode verificationcode verifycode",
    ),
    group("security-answer", Way::Answer, "answer"),
    // OAuth 2.0 and OpenID Connect.
    group("client-secret", Way::Secret, "clientsecret clientkey clientpassword consumersecret secretdata"),
    group("authorization-code", Way::Secret, "authcode authorizationcode interactioncode oauthcode preauthorizedcode"),
    group("authorization-code", Way::Code, "code"),
    group("access-token", Way::Secret, "accesstoken bearer bearertoken userinfotoken xaccesstoken"),
    group("refresh-token", Way::Secret, "refreshtoken oldrefreshtoken"),
    group("token", Way::Opaque, "tokenid"),
    group("id-token", Way::Secret, "credential idtoken idtokenhint jwt logouttoken samltoken securitytoken"),
    group("client-assertion", Way::Assertion, "assertion clientassertion samlassertion"),
    group("code-verifier", Way::Secret, "codeverifier pkceverifier"),
    group("device-code", Way::Secret, "authreqid devicecode"),
    group("device-code", Way::UserCode, "usercode"),
    // OAuth 1.0.
    group("oauth1-signature", Way::Secret, "oauthsignature"),
    group("oauth1-key", Way::Secret, "consumerkey oauthconsumerkey"),
    // Keys to an API, and links that are signed to open without one.
    group(
        "api-key",
        Way::Secret,
        "accountkey appkey applicationkey authkey awsaccesskeyid developerkey functionskey integrationkey masterkey \
         ocpapimsubscriptionkey servicekey sharedaccesskey sharedkey skey storagekey subscriptionkey xamzcredential \
         xappkey xauthkey xfunctionskey xgoogcredential",
    ),
    group("api-key", Way::OpaqueField, "key"),
    group("api-key", Way::Opaque, "auth"),
    group("signed-link", Way::Secret, "openidsig sharedaccesssignature sig xamzsignature xgoogsignature"),
    // Sessions, and what protects their forms.
    group(
        "session-id",
        Way::Secret,
        "aspnetsessionid interactionhandle jsessionid phpsessid sess sessid sessionhandle sessionid \
         sessionkey statehandle",
    ),
    group("session-id", Way::Opaque, "session"),
    group("session-id", Way::Sid, "sid"),
    group("anti-forgery-token", Way::Secret, "apicanary canary csrfp sessioncode sft wpnonce"),
    group("invitation", Way::Opaque, "invitation invite"),
    group("ticket", Way::Ticket, "lt pgt pgtid pgtiou"),
    // SAML, WS-Security and XML Encryption. A whole response stays readable, as its signature does.
    group("saml", Way::Saml, "samlrequest samlresponse wresult"),
    group("saml-artifact", Way::Secret, "samlart"),
    group("saml-artifact", Way::Opaque, "artifact"),
    group("saml-signature", Way::Bearer, "signaturevalue"),
    group("encrypted-value", Way::Secret, "ciphertext ciphervalue encryptedkey"),
    group("binary-secret", Way::Secret, "binarysecret"),
    // Private keys.
    group("private-key", Way::Secret, "privatekeydata"),
    group("private-key", Way::Jwk, "d dp dq k p q qi r t"),
    group("private-key", Way::Rsa, "inverseq"),
    group("signature", Way::Signature, "signature"),
];

/// Ends of names, for those that no table could list: `my_app_password`, `X-Company-Token`.
pub(super) const ENDINGS: &[Group] = &[
    group("authorization", Way::Authorization, "authorization"),
    group("cookie", Way::Cookie, "cookie"),
    group("password", Way::Secret, "passphrase passwd password pswd userpass userpwd"),
    group("one-time-password", Way::Secret, "mfacode onetimecode otp otpcode passcode totpcode verificationcode"),
    group("security-answer", Way::Secret, "recoveryanswer securityanswer"),
    group("client-secret", Way::Secret, "secret"),
    group("access-token", Way::Secret, "accesstoken"),
    group("refresh-token", Way::Secret, "refreshtoken"),
    group("id-token", Way::Secret, "idtoken"),
    group(
        "anti-forgery-token",
        Way::Secret,
        "antiforgery authenticitytoken csrf csrfkey csrfparam csrftoken csrfvalue verificationtoken xsrf xsrftoken",
    ),
    group("token", Way::Secret, "bindcredential token tokencredential"),
    group("api-key", Way::Secret, "accesskey apikey applicationkey licensekey restapikey secretkey"),
    group("private-key", Way::Secret, "encryptionkey hmackey mackey privatekey sharedkey signingkey"),
    group("session-id", Way::Secret, "sessionid"),
    group("code-verifier", Way::Secret, "verifier"),
    group("ticket", Way::Ticket, "ticket"),
];

/// What a name may end with after a secret's name and still hold the secret: `client_secret_value`, `password-new`,
/// `token_hash`. Other ends (`token_type`, `password_policy`, `secret_id`) tell about it.
pub(super) const QUALIFIERS: &str = "again b64 base64 binary confirm confirmation current digest encoded encrypted field hash hashed input jwt new \
     old pem plain plaintext raw repeat repeated retype salt string text textbox value verify";

/// Names that end like a secret's and hold none.
pub(super) const HARMLESS_NAMES: &str =
    "canceltoken cancellationtoken changepassword forgotpassword haspassword hastoken resetpassword";

/// Ends of such names: places in a list.
pub(super) const HARMLESS_ENDINGS: &[&str] =
    &["continuationtoken", "cursortoken", "deltatoken", "nexttoken", "pagetoken", "skiptoken", "synctoken"];

/// Values that are no secret under any name.
pub(super) const HARMLESS_VALUES: &str = "deleted false n/a none null off on true undefined";

/// Words that say something of a secret where a line of a text may hold it: `Password: required`.
pub(super) const REMARKS: &str = "bad blank changed denied disabled empty enabled error expired failed forbidden found hidden incorrect \
     invalid is malformed mismatch missing no not ok optional rejected required reset revoked set string stale \
     the unknown unset unsupported updated used valid weak wrong yes";

/// Keys that describe a secret inside the object that holds it (`"cookies": [{"name": …, "value": …}]`).
pub(super) const DESCRIPTIVE: &str = "alg algorithm comment created createdat description domain endpoint expires expiresat expiresin format \
     aud audience client clientid code device email error errordescription group groups hint id ip iss issuedat \
     issuer key kid label language lastupdated locale login message method name path provider reason role roles \
     samesite scope scopes status sub subject title type updated uri url user userid useragent username";

/// Names that make others secret by standing beside them.
pub(super) const COMPANIONS: &[(Way, &[&str])] = &[
    (
        Way::Code,
        &["authuser", "clientid", "codeverifier", "granttype", "iss", "redirecturi", "scope", "sessionstate", "state"],
    ),
    (Way::Jwk, &["kty", "modulus"]),
    (
        Way::Signature,
        &[
            "protected",
            "consumerkey",
            "oauthconsumerkey",
            "awsaccesskeyid",
            "keypairid",
            "googleaccessid",
            "tokenpassport",
        ],
    ),
    (Way::Rsa, &["modulus"]),
    (Way::Answer, &["factortype", "recoveryquestion", "securityquestion", "statehandle", "statetoken"]),
    (Way::UserCode, &["devicecode", "verificationuri", "verificationuricomplete", "verificationurl"]),
    (Way::Sid, &["iss", "logouttoken"]),
];

/// Members of objects that pair a name with a value in two members, and elements that do so in attributes.
pub(super) const NAME_KEYS: &[&str] = &[
    "attribute",
    "attributename",
    "field",
    "fieldname",
    "friendlyname",
    "header",
    "id",
    "key",
    "name",
    "parameter",
    "path",
    "property",
    "type",
];
/// The other half of such a pair.
pub(super) const VALUE_KEYS: &[&str] =
    &["content", "currentvalue", "defaultvalue", "newvalue", "oldvalue", "stringvalue", "val", "value", "values"];
/// Elements that hold such a value by its type: `<key>password</key><string>…</string>`.
pub(super) const VALUE_ELEMENTS: &[&str] = &["attributevalue", "data", "i4", "int", "integer", "string", "text"];

/// Schemes of `Authorization` whose parameters are named, and which of these are secret.
pub(super) const PARAMETER_SCHEMES: &[&str] =
    &["aws4-hmac-sha256", "digest", "hawk", "mac", "nlauth", "oauth", "signature"];
/// The secret parameters of those schemes, beside what [`NAMES`] and [`ENDINGS`] say.
pub(super) const SECRET_PARAMETERS: &[&str] = &["credential", "mac", "nlauthsignature", "response", "signature"];
/// Schemes that are known wherever they stand in a text, the credential following.
pub(super) const SCHEMES: &[&str] = &["basic", "bearer", "dpop", "negotiate", "ntlm", "ssws"];

/// Segments of a path that announce a secret as the next, if that looks like one.
pub(super) const ANNOUNCERS: &str = "activate activation confirm confirmation confirmemail forgotpassword incomingwebhook invitation invitations \
     invite invites magic magiclink onetimelogin passwordless passwordreset pwreset recover recovery reset resetpassword \
     resetpasswd setpassword verification verify verifyemail webhook webhooks";
/// Labels of hosts on which a path is a secret.
pub(super) const ANNOUNCING_HOSTS: &[&str] = &["hooks", "webhook", "webhooks"];

/// Attributes of a cookie: they stay.
pub(super) const COOKIE_ATTRIBUTES: &str = "comment commenturl discard domain expires httponly maxage partitioned path port priority samesite secure \
     version";

/// Tickets of CAS begin so.
pub(super) const TICKET_PREFIXES: &[&str] = &["LT-", "PGT-", "PGTIOU-", "PT-", "ST-", "TGT-"];

/// Elements that hold a named control in HTML without holding its value.
pub(super) const NOT_VALUES: &str = "a area base br button col embed fieldset form frame hr iframe img input link map meta object param \
     select slot source track wbr";
