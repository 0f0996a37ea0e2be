//! Errors in the dialects of those who answer them.

use super::*;

fn json(body: &str) -> Message {
    only(response("https://api.example.com/v1").body("application/json", body))
}

#[test]
fn entra_id_by_its_codes() {
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the client secret value.\r\nTrace ID: 11111111-2222-3333-4444-555555555555\r\nCorrelation ID: 66666666-7777-8888-9999-000000000000\r\nTimestamp: 2026-11-25 10:00:00Z","error_codes":[7000215],"timestamp":"2026-11-25 10:00:00Z","trace_id":"11111111-2222-3333-4444-555555555555","correlation_id":"66666666-7777-8888-9999-000000000000"}"#;
    let message = json(body);
    assert_eq!(message.kind, Kind::MicrosoftError);
    message.says(&[
        ("Code", "AADSTS7000215"),
        ("error", "invalid_client"),
        ("Message", "Invalid client secret provided. Ensure the secret being sent is the client secret value."),
        ("Trace ID", "11111111-2222-3333-4444-555555555555"),
        ("Correlation ID", "66666666-7777-8888-9999-000000000000"),
        ("Timestamp", "2026-11-25 10:00:00Z"),
        ("error_codes", "7000215"),
    ]);
    let page = r#"<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body><script>$Config={"strServiceExceptionMessage":"AADSTS50105: Your administrator has configured the application to block users.\r\nTrace ID: 1"};</script></body></html>"#;
    let message = only(response("https://login/").body("text/html", page));
    message.says(&[("Code", "AADSTS50105"), ("Trace ID", "1")]);
    let url = "https://rp/cb?error=access_denied&error_description=AADSTS65004%3A+User+declined+to+consent&state=s";
    let messages = request(url).opened();
    assert_eq!(kinds(&messages), [Kind::OauthError, Kind::MicrosoftError]);
    assert_eq!(messages[1].get("Message"), "User declined to consent");
}

#[test]
fn every_dialect() {
    type Case<'a> = (&'a str, Kind, &'a [(&'a str, &'a str)]);
    let cases: &[Case<'_>] = &[
        (
            r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges","innerError":{"date":"2026-11-25T10:00:00","request-id":"r1"}}}"#,
            Kind::MicrosoftError,
            &[("code", "Authorization_RequestDenied"), ("request-id", "r1")],
        ),
        (
            r#"{"error":{"code":403,"status":"PERMISSION_DENIED","message":"No","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#,
            Kind::GoogleError,
            &[("code", "403"), ("status", "PERMISSION_DENIED"), ("reason", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")],
        ),
        (
            r#"{"type":"https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.4.1","title":"Bad Request","status":400,"o:errorDetails":[{"detail":"Enter a value.","o:errorCode":"USER_ERROR","o:errorPath":"companyName"}]}"#,
            Kind::NetsuiteError,
            &[("o:errorCode", "USER_ERROR"), ("detail", "Enter a value."), ("o:errorPath", "companyName")],
        ),
        (
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"Taken","scimType":"uniqueness","status":"409"}"#,
            Kind::ScimError,
            &[("scimType", "uniqueness"), ("status", "409"), ("detail", "Taken")],
        ),
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"anna","active":true}"#,
            Kind::ScimResource,
            &[("userName", "anna"), ("active", "true")],
        ),
        (
            r#"{"errorCode":"E0000011","errorSummary":"Invalid token provided","errorId":"oae1","errorCauses":[]}"#,
            Kind::OktaError,
            &[("errorCode", "E0000011"), ("errorId", "oae1")],
        ),
        (
            r#"{"type":"https://example.com/out-of-credit","title":"Not enough credit","status":403,"balance":30}"#,
            Kind::ProblemDetails,
            &[("title", "Not enough credit"), ("balance", "30")],
        ),
        (
            r#"[{"errorCode":"INVALID_SESSION_ID","message":"Session expired"}]"#,
            Kind::ApiError,
            &[("message", "Session expired")],
        ),
        (r#"{"ok":false,"error":"channel_not_found"}"#, Kind::ApiError, &[("error", "channel_not_found")]),
        (r#"{"errors":[{"message":"first"},{"message":"second"}]}"#, Kind::ApiError, &[("message", "first")]),
        (
            r#"{"error":"Not Found","message":"No such user"}"#,
            Kind::ApiError,
            &[("error", "Not Found"), ("message", "No such user")],
        ),
    ];
    for (body, kind, says) in cases {
        let message = json(body);
        assert_eq!(message.kind, *kind, "{body}");
        message.says(says);
        assert!(message.text.lines().count() > 2, "{}", message.text);
    }
}

#[test]
fn a_restlet_is_known_by_its_host() {
    let body = r#"{"error":{"code":"INVALID_LOGIN_ATTEMPT","message":"Invalid login attempt."}}"#;
    let url = "https://123.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=1";
    let message = only(response(url).body("application/json", body));
    assert_eq!((message.kind, message.get("code")), (Kind::NetsuiteError, "INVALID_LOGIN_ATTEMPT"));
    assert_eq!(json(body).kind, Kind::ApiError);
    let problem = only(response("https://a/").body("application/problem+json", r#"{"detail":"d"}"#));
    assert_eq!((problem.kind, problem.get("detail")), (Kind::ProblemDetails, "d"));
}
