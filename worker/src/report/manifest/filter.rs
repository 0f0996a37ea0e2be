//! A filter as a manifest tells it: in the words of the API's own input, so that whoever reads a
//! manifest can ask for the same again. The column of the database has a form of its own, which may
//! change; this one may not.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use entity::log::{
    Action, Direction, Outcome, RequestType,
    filter::{Filter, User},
    period::Period,
};
use serde::{Deserialize, Serialize};

/// `ConnectorLogFilter` of the schema. What was not asked for is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of the contract's ConnectorLogFilter")]
pub struct AskedFilter {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub application_from: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub application_to: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_types: Vec<RequestType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Range<DateTime<Utc>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_on: Option<Days>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub directions: Vec<Direction>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<Range<i32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// From here to there; an end that is absent is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the contract's ranges")]
pub struct Range<T> {
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    pub from: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    pub to: Option<T>,
}

/// Calendar days of a time zone, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the contract's DateRange")]
pub struct Days {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub time_zone: Tz,
}

impl From<&Filter> for AskedFilter {
    fn from(filter: &Filter) -> Self {
        let filter = filter.clone();
        let (occurred_at, occurred_on) = match filter.period {
            Some(Period::Instants { from, to }) => (Some(Range { from, to }), None),
            Some(Period::Days { from, to, zone }) => (None, Some(Days { from, to, time_zone: zone })),
            None => (None, None),
        };
        Self {
            applications: filter.applications,
            application_from: filter.application_from,
            application_to: filter.application_to,
            actions: filter.actions,
            request_types: filter.request_types,
            occurred_at,
            occurred_on,
            user: filter.user.map(|user| match user {
                User::Exact(key) => key,
                User::Prefix(key) => format!("{key}*"),
            }),
            directions: filter.directions,
            outcomes: filter.outcomes,
            status_code: filter.status_code.map(|(from, to)| Range { from, to }),
            correlation_id: filter.correlation_id,
            reference: filter.reference,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_filter_is_told_as_the_api_takes_it() {
        let filter = Filter {
            applications: vec!["Okta".to_owned()],
            actions: vec![Action::SsoFailed],
            period: Some(Period::Days {
                from: "2026-11-01".parse().unwrap(),
                to: "2026-11-02".parse().unwrap(),
                zone: Tz::Europe__Berlin,
            }),
            user: Some(User::Prefix("ann".to_owned())),
            status_code: Some((Some(500), None)),
            ..Filter::default()
        };
        let told = json!({
            "applications": ["Okta"],
            "actions": ["SSO_FAILED"],
            "occurredOn": { "from": "2026-11-01", "to": "2026-11-02", "timeZone": "Europe/Berlin" },
            "user": "ann*",
            "statusCode": { "from": 500 },
        });
        let asked = AskedFilter::from(&filter);
        assert_eq!(serde_json::to_value(&asked).unwrap(), told);
        assert_eq!(serde_json::from_value::<AskedFilter>(told).unwrap(), asked);
        assert_eq!(serde_json::to_value(AskedFilter::from(&Filter::default())).unwrap(), json!({}));
    }
}
