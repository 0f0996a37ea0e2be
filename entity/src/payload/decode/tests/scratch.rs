//! Scratch: not to stay.
use super::*;
use crate::payload::redact::Redactor;
use std::{collections::BTreeMap, time::Instant};

#[test]
#[ignore]
fn har() {
    let Ok(path) = std::env::var("SCRATCH_HAR") else { return };
    let fingerprint = |_: &[u8]| [7; 8];
    let redactor = Redactor::new(&fingerprint);
    let har: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut redacting = 0.0;
    for entry in har["log"]["entries"].as_array().unwrap() {
        let url = redactor.url(entry["request"]["url"].as_str().unwrap()).value;
        for (side, at) in [(Side::Request, &entry["request"]), (Side::Response, &entry["response"])] {
            let headers: Vec<(String, String)> = at["headers"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|h| (h["name"].as_str().unwrap().to_owned(), h["value"].as_str().unwrap().to_owned()))
                .collect();
            let ct = headers.iter().find(|h| h.0.eq_ignore_ascii_case("content-type")).map(|h| h.1.clone());
            let text = if side == Side::Request { &at["postData"]["text"] } else { &at["content"]["text"] };
            let mut body = text.as_str().unwrap_or_default().as_bytes().to_vec();
            if at["content"]["encoding"] == "base64" {
                body = STANDARD.decode(&body).unwrap();
            }
            let t = Instant::now();
            let headers = redactor.headers(headers).value;
            let body = redactor.body(ct.as_deref(), body).value;
            redacting += t.elapsed().as_secs_f64();
            let headers = Headers(headers.into_iter().map(|(a, b)| Header(a, b)).collect());
            let carrier = Carrier { side, url: Some(&url), headers: &headers, body: &body };
            let start = Instant::now();
            let messages = decode(&carrier);
            let took = start.elapsed().as_secs_f64() * 1e6;
            let key = messages.iter().map(|m| m.kind.name()).collect::<Vec<_>>().join("+");
            times.entry(key.clone()).or_default().push(took);
            println!(
                "=== {side:?} {} {} {} [{}] {} bytes {:?}",
                entry["_exchangeId"],
                entry["request"]["method"],
                &url[..url.len().min(120)],
                key,
                body.len(),
                ct
            );
            for m in &messages {
                println!("  --- {}", m.kind.name());
                for (k, v) in &m.summary {
                    println!("    {k}: {}", &v[..v.floor_char_boundary(200)]);
                }
                if std::env::var("SCRATCH_TEXT").is_ok() {
                    for l in m.text.lines().take(60) {
                        println!("      | {}", &l[..l.floor_char_boundary(160)]);
                    }
                }
            }
        }
    }
    for (k, mut v) in times {
        v.sort_by(f64::total_cmp);
        println!("TIME {:>5} x median {:>8.1} us max {:>8.1} us  {k}", v.len(), v[v.len() / 2], v[v.len() - 1]);
    }
    println!("REDACTING {redacting}");
}

#[test]
#[ignore]
fn samples() {
    let Ok(path) = std::env::var("SCRATCH_DIR") else { return };
    let mut dirs = vec![std::path::PathBuf::from(path)];
    while let Some(dir) = dirs.pop() {
        for e in std::fs::read_dir(dir).unwrap() {
            let p = e.unwrap().path();
            if p.is_dir() {
                dirs.push(p);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&p) else { continue };
            let ext = p.extension().and_then(|e| e.to_str()).unwrap_or_default().to_owned();
            let messages = match ext.as_str() {
                "base64" | "txt" => request("https://a/").body(FORM, &form(&[("SAMLResponse", text.trim())])),
                "xml" => request("https://a/").body("text/xml", &text),
                _ => continue,
            };
            println!("=== {} {:?}", p.display(), messages.iter().map(|m| m.kind.name()).collect::<Vec<_>>());
            for m in &messages {
                for (k, v) in &m.summary {
                    println!("    {k}: {}", &v[..v.floor_char_boundary(160)]);
                }
            }
        }
    }
}
