//! In which media type an answer goes: what the caller accepts, and what we can write.

use axum::http::{HeaderMap, HeaderValue, header};

/// In which media type the answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::graphql) enum Media {
    /// `application/graphql-response+json`: the status says what kind of answer it is.
    GraphQl,
    /// `application/json`, for older clients: a well-formed request is answered with 200.
    Json,
    /// `text/event-stream`: results as events, as they come.
    Events,
}

impl Media {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Json, "application/json"),
        (Self::GraphQl, "application/graphql-response+json"),
        (Self::Events, "text/event-stream"),
    ];

    /// The best that the caller accepts; none where it accepts none of them. Events come to those
    /// alone who name them.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let accepted: Vec<&str> =
            headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).collect();
        if accepted.iter().all(|range| range.trim().is_empty()) {
            return Some(Self::Json);
        }
        let mut best: Option<(f32, Self)> = None;
        for range in accepted {
            let Ok(range) = range.trim().parse::<mime::Mime>() else {
                continue;
            };
            let quality = range.get_param("q").and_then(|q| q.as_str().parse().ok()).unwrap_or(1.0f32);
            let media = Self::ALL.iter().find(|(_, name)| match (range.type_().as_str(), range.subtype().as_str()) {
                ("*" | "application", "*") => true,
                _ => range.essence_str() == *name,
            });
            if let Some((media, _)) = media
                && quality > 0.0
                && best.is_none_or(|(q, _)| quality > q)
            {
                best = Some((quality, *media));
            }
        }
        best.map(|(_, media)| media)
    }

    /// The header's value. What is refused is refused in JSON, whatever else was asked for.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json | Self::Events => "application/json; charset=utf-8",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_for_those_who_name_them() {
        let negotiate = |accept: &'static str| {
            Media::negotiate(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        assert_eq!(negotiate("text/event-stream"), Some(Media::Events));
        assert_eq!(negotiate("application/json, text/event-stream"), Some(Media::Json));
        assert_eq!(negotiate("application/json;q=0.5, text/event-stream"), Some(Media::Events));
        assert_eq!(negotiate("*/*"), Some(Media::Json));
        assert_eq!(negotiate("text/*"), None);
    }
}
