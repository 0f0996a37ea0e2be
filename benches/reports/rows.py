"""The records that every contestant shows: the same each time, skewed as a log is."""

import csv
import io
import random
from datetime import datetime, timedelta, timezone

COLUMNS = ["Time", "From", "To", "Action", "Request type", "User", "Outcome", "Status", "Duration", "Reference"]
NAMES = [
    "id", "occurredAt", "recordedAt", "direction", "applicationFrom", "applicationTo", "action", "requestType",
    "outcome", "userEmail", "loginId", "operation", "method", "url", "statusCode", "durationMs", "clientIp",
    "correlationId", "reference", "errorMessage",
]
APPLICATIONS = ["Okta", "Google Workspace", "Office 365", "NetSuite", "Salesforce", "SAP S/4HANA Cloud, Public Edition"]
CALLS = [
    ("SSO_SUCCESSFUL", "AUTHENTICATION_CONNECTIONS", "SUCCESS", 302),
    ("SSO_INITIATED", "AUTHENTICATION_APPLICATIONS", "PENDING", 302),
    ("NOT_APPLICABLE", "OTHER", "SUCCESS", 200),
    ("SLO_SUCCESSFUL", "LOGOUT_CONNECTIONS", "SUCCESS", 200),
    ("SSO_FAILED", "AUTHENTICATION_CONNECTIONS", "FAILURE", 403),
]
ERRORS = [
    "The assertion's audience is urn:acme:old, expected urn:acme:new",
    "invalid_grant: AADSTS70008: The provided authorization code or refresh token has expired due to inactivity.",
    "connection reset by peer",
]
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def rows(count):
    """Rows as the rendering process takes them, newest first."""
    dice = random.Random(7)
    newest = datetime(2026, 10, 25, 6, 15, tzinfo=timezone.utc)
    made = []
    for n in range(count):
        at = newest - timedelta(milliseconds=173_211 * n)
        action, request_type, outcome, status = dice.choices(CALLS, weights=[50, 20, 15, 8, 7])[0]
        application = dice.choices(APPLICATIONS, weights=[40, 25, 15, 10, 7, 3])[0]
        incoming = dice.random() < 0.6
        user = f"{dice.choice(['anna.schmidt', 'wei.zhang', 'maria-fernanda.gonzález', 'o.ivanova'])}{dice.randrange(900)}"
        group = lambda: "".join(dice.choices(LETTERS, k=4))
        made.append({
            "id": f"log_{n:026d}",
            "reference": f"{group()}-{group()}-{group()}",
            "occurred_at": at.isoformat().replace("+00:00", "Z"),
            "recorded_at": (at + timedelta(milliseconds=40)).isoformat().replace("+00:00", "Z"),
            "direction": "INCOMING" if incoming else "OUTGOING",
            "application_from": application if incoming else "Acme",
            "application_to": "Acme" if incoming else application,
            "action": action, "request_type": request_type, "outcome": outcome,
            "user_email": f"{user}@acme.example", "login_id": None, "operation": None,
            "method": dice.choice(["GET", "POST"]),
            "url": f"https://login.acme.example/saml/acs?RelayState=%2Fhome&tenant={n}",
            "status_code": status, "duration_ms": dice.randrange(3000),
            "client_ip": f"203.0.113.{n % 250}", "correlation_id": f"c-{dice.randrange(1 << 32):08x}",
            "error_message": dice.choice(ERRORS) if outcome == "FAILURE" else None,
        })
    return made


def cells(row):
    """A row of the table that the others print."""
    return [
        row["occurred_at"][:23].replace("T", " "), row["application_from"], row["application_to"], row["action"],
        row["request_type"], row["user_email"], row["outcome"], str(row["status_code"]), f"{row['duration_ms']} ms",
        row["reference"],
    ]


def as_csv(made):
    """The rows as CSV with all columns."""
    snake = lambda name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(NAMES)
    writer.writerows([["" if row[snake(name)] is None else row[snake(name)] for name in NAMES] for row in made])
    return text.getvalue()


def task(made):
    """What `connector-log render` reads."""
    cover = {
        "export_id": "exp_01kan4r6kpfgyv8t3c5w2m9x0q", "domain": "ACME Industries", "filter_in_words": "All records", "filter_in_parts": [],
        "zone": "Europe/Berlin", "requested_by": "Olga Ivanova", "requested_at": "2026-11-23T15:00:00Z",
        "matched": len(made), "matched_exact": True,
    }
    attachments = [{
        "name": "records.csv", "media_type": "text/csv", "description": "The records, whole", "text": as_csv(made),
    }]
    report = {"cover": cover, "rows": made, "attachments": attachments}
    return {"document": {"Table": report}, "paper": "a4", "fonts": "/usr/share/fonts", "memory": 1024}
