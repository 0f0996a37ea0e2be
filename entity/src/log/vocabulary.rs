//! The closed vocabularies of a record: their numbers in the database, their names in the
//! contract (serde) and their words on a report.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal, $words:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
        #[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($(#[$vdoc])* #[sea_orm(num_value = $number)] $variant,)*
        }

        impl $name {
            /// As people write it.
            pub fn words(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }
        }
    };
}

vocabulary!(
    /// Which way a call went, seen from the domain.
    Direction {
        /// To the domain.
        Incoming = 1, "Incoming";
        /// From the domain.
        Outgoing = 2, "Outgoing";
    }
);

vocabulary!(
    /// What a call did.
    Action {
        /// A sign-in began.
        SsoInitiated = 1, "SSO Initiated";
        /// A sign-in failed.
        SsoFailed = 2, "SSO Failed";
        /// A sign-in succeeded.
        SsoSuccessful = 3, "SSO Successful";
        /// A sign-out began.
        SloInitiated = 4, "SLO Initiated";
        /// A sign-out failed.
        SloFailed = 5, "SLO Failed";
        /// A sign-out succeeded.
        SloSuccessful = 6, "SLO Successful";
        /// None of these: a step between, or no sign-in at all.
        NotApplicable = 7, "Not Applicable";
    }
);

vocabulary!(
    /// What kind of request a call was. *Connections* sign people in to the domain through an
    /// outside identity provider; *applications* sign people in through the domain.
    RequestType {
        /// Sign-in to an application, through the domain.
        AuthenticationApplications = 1, "Authentication-Applications";
        /// Sign-in to the domain, through a provider.
        AuthenticationConnections = 2, "Authentication-Connections";
        /// Sign-out of an application.
        LogoutApplications = 3, "Logout-Applications";
        /// Sign-out at a provider.
        LogoutConnections = 4, "Logout-Connections";
        /// Any other call.
        Other = 5, "Other";
    }
);

vocabulary!(
    /// How a call ended.
    Outcome {
        /// Begun; the end is another record's.
        Pending = 1, "Pending";
        /// Well.
        Success = 2, "Success";
        /// Badly.
        Failure = 3, "Failure";
        /// Nothing in the record says.
        Unknown = 4, "Unknown";
    }
);

impl Outcome {
    /// From the action where it says, else from the HTTP status or the reported error.
    pub fn of(action: Action, status: Option<i16>, error_reported: bool) -> Self {
        match action {
            Action::SsoInitiated | Action::SloInitiated => Self::Pending,
            Action::SsoSuccessful | Action::SloSuccessful => Self::Success,
            Action::SsoFailed | Action::SloFailed => Self::Failure,
            Action::NotApplicable => match status {
                Some(400..) => Self::Failure,
                _ if error_reported => Self::Failure,
                Some(200..) => Self::Success,
                _ => Self::Unknown,
            },
        }
    }
}
