//! What a message may be: one table, from which the names, their order and their meanings come.

/// Makes the enum, its names and the list of all from one table.
macro_rules! kinds {
    ($($kind:ident $name:literal $meaning:literal;)+) => {
        /// What a decoded message is. Names stay as they are: people filter and script by them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(clippy::doc_markdown, reason = "meanings are shown to people as they stand")]
        pub enum Kind {
            $(#[doc = $meaning] $kind,)+
        }

        impl Kind {
            /// All kinds, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// What a message of this kind is.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$kind => $meaning,)+ }
            }
        }
    };
}

kinds! {
    SamlAuthnRequest "SAML_AUTHN_REQUEST" "SAML 2.0 AuthnRequest: a service provider asks to sign somebody in.";
    SamlResponse "SAML_RESPONSE" "SAML 2.0 Response: what the identity provider says, with its assertions.";
    SamlAssertion "SAML_ASSERTION" "An assertion outside of a response, SAML 2.0 or 1.1.";
    SamlLogoutRequest "SAML_LOGOUT_REQUEST" "SAML 2.0 LogoutRequest.";
    SamlLogoutResponse "SAML_LOGOUT_RESPONSE" "SAML 2.0 LogoutResponse.";
    SamlArtifact "SAML_ARTIFACT" "A reference to a SAML message, to be resolved beside the browser.";
    SamlArtifactResolve "SAML_ARTIFACT_RESOLVE" "SAML 2.0 ArtifactResolve: the message behind an artifact is asked for.";
    SamlArtifactResponse "SAML_ARTIFACT_RESPONSE" "SAML 2.0 ArtifactResponse; the message inside follows by itself.";
    SamlMetadata "SAML_METADATA" "SAML 2.0 metadata: an EntityDescriptor or several.";
    SamlMessage "SAML_MESSAGE" "Another message of the SAML protocol, or one that cannot be read to its kind.";
    WsFederationRequest "WS_FEDERATION_REQUEST" "WS-Federation: a sign-in or sign-out that is asked for.";
    WsFederationResponse "WS_FEDERATION_RESPONSE" "WS-Federation: a token response; its assertion follows by itself.";
    WsTrustRequest "WS_TRUST_REQUEST" "WS-Trust: a security token is asked for.";
    WsTrustResponse "WS_TRUST_RESPONSE" "WS-Trust: a security token is given; its assertion follows by itself.";
    OauthAuthorizationRequest "OAUTH_AUTHORIZATION_REQUEST" "OAuth 2.0 or OpenID Connect: a client sends the browser to sign in.";
    OauthAuthorizationResponse "OAUTH_AUTHORIZATION_RESPONSE" "The browser comes back with a code or with tokens.";
    OauthParRequest "OAUTH_PAR_REQUEST" "A pushed authorization request (RFC 9126).";
    OauthParResponse "OAUTH_PAR_RESPONSE" "The reference to a pushed authorization request.";
    OauthTokenRequest "OAUTH_TOKEN_REQUEST" "A token is asked for, by whatever grant.";
    OauthTokenResponse "OAUTH_TOKEN_RESPONSE" "Tokens are given; those that can be read follow by themselves.";
    OauthDeviceRequest "OAUTH_DEVICE_REQUEST" "A device asks to be let in (RFC 8628).";
    OauthDeviceResponse "OAUTH_DEVICE_RESPONSE" "Where and how long a device may be let in.";
    OauthRevocationRequest "OAUTH_REVOCATION_REQUEST" "A token is to end (RFC 7009).";
    OauthIntrospectionRequest "OAUTH_INTROSPECTION_REQUEST" "A token is asked about (RFC 7662).";
    OauthIntrospectionResponse "OAUTH_INTROSPECTION_RESPONSE" "What a token is worth.";
    OauthError "OAUTH_ERROR" "An error of OAuth 2.0 or OpenID Connect, in a body, a redirect or a challenge.";
    Oauth1Request "OAUTH1_REQUEST" "The parameters of a request signed by OAuth 1.0.";
    OidcUserinfo "OIDC_USERINFO" "Claims about a person from the userinfo endpoint.";
    OidcDiscovery "OIDC_DISCOVERY" "A provider's discovery document (OpenID Connect Discovery, RFC 8414).";
    OidcLogoutRequest "OIDC_LOGOUT_REQUEST" "The browser is sent to the end-session endpoint.";
    OidcLogoutToken "OIDC_LOGOUT_TOKEN" "Back-channel logout: the provider says that a session ended.";
    OidcFrontchannelLogout "OIDC_FRONTCHANNEL_LOGOUT" "Front-channel logout: the browser says that a session ended.";
    Jwks "JWKS" "A set of public keys (RFC 7517).";
    Jwt "JWT" "A JSON Web Token: header and claims. Its signature was taken out, and nothing is verified.";
    MicrosoftError "MICROSOFT_ERROR" "An error of Entra ID (AADSTS…), Microsoft Graph or another of Microsoft's services.";
    GoogleError "GOOGLE_ERROR" "An error of Google's APIs.";
    NetsuiteError "NETSUITE_ERROR" "An error of NetSuite: SuiteTalk REST, SuiteTalk SOAP or a RESTlet.";
    ScimError "SCIM_ERROR" "An error of SCIM 2.0 (RFC 7644).";
    OktaError "OKTA_ERROR" "An error of Okta's API.";
    ProblemDetails "PROBLEM_DETAILS" "Problem details (RFC 9457).";
    SoapFault "SOAP_FAULT" "A fault of SOAP 1.1 or 1.2.";
    ApiError "API_ERROR" "An error in JSON of no known dialect.";
    ScimResource "SCIM_RESOURCE" "A user, a group or a list of SCIM 2.0.";
    Form "FORM" "A form: names and values.";
    Multipart "MULTIPART" "A multipart body: names, types and sizes of its parts.";
    Json "JSON" "JSON, pretty-printed.";
    Xml "XML" "XML, indented.";
    Html "HTML" "A page: its title and what it says.";
}
