//! Terms of prepayment published while the site runs: tried, asked for, approved, and kept over a start.

use serde_json::{Value, json};

use crate::harness::{Caller, Office};

const PATH: &str = "/api/v1/policies";

async fn rows(office: &Office, caller: &Caller) -> Value {
    office.site.get(caller, PATH).await.expect(200).json()
}

#[tokio::test]
async fn two_persons_publish_terms_and_the_site_file_does_not_undo_them() {
    let mut office = Office::open("").await;
    let before = rows(&office, &office.cashier).await;
    let site = &before[0];
    assert_eq!((&site["scope"], &site["in_force"]), (&json!("site"), &json!(1)), "{before}");
    assert_eq!(site["versions"][0]["from_file"], json!(true));
    let file_terms = site["versions"][0]["policy"].clone();

    let with = |key: &str, value: Value| {
        let mut policy = file_terms.clone();
        policy[key] = value;
        policy
    };
    let limit = json!({ "power": 2_000, "delay": 10_000, "clear_after": 60_000, "most_a_day": 1,
        "reset_hour": 6, "until_operator": true });
    let wrong = with("load_limit", limit);
    let check = "/api/v1/policies/check";
    let tried = office.site.post(&office.manager, check, &json!({ "policy": wrong })).await;
    let tried = tried.expect(200).json();
    assert_eq!(
        (&tried["verdict"], &tried["broken"]["promise"]),
        (&json!("broken"), &json!("until-staff"))
    );
    let cuts = tried["timeline"].as_array().expect("a timeline").iter();
    assert_eq!(cuts.filter(|line| line["what"] == "CUT (Overload)").count(), 2, "{tried}");

    let text = site["versions"][0]["text"].as_str().expect("the terms as a file has them");
    let slip = text.replace("restore_minimum = \"", "restore_minimum = \"x");
    for (text, verdict) in [
        (text.to_owned(), "clean"),
        (slip, "unreadable"),
        (text.replace("low_credit = \"20.00\"", "low_credit = \"0.00\""), "broken"),
    ] {
        let tried = office.site.post(&office.manager, check, &json!({ "text": text })).await;
        let tried = tried.expect(200).json();
        assert_eq!(tried["verdict"], verdict, "{text}\n{tried}");
        if verdict == "unreadable" {
            let line =
                1 + text.lines().position(|line| line.starts_with("restore_min")).expect("it");
            assert_eq!(tried["line"], json!(line), "{tried}");
        }
        if verdict == "broken" {
            let last =
                tried["timeline"].as_array().and_then(|lines| lines.last()).expect("a course");
            let cut = json!({ "step": "cut", "reason": "no-credit" });
            assert_eq!(last["step"], cut, "{tried}");
            assert_eq!(last["wanted"], json!({ "disconnected": "no-credit" }), "{tried}");
        }
    }
    for both in [json!({}), json!({ "text": text, "policy": file_terms })] {
        let refused = office.site.post(&office.manager, check, &both).await.expect(400).json();
        assert_eq!(refused["type"], "bad-terms");
    }

    let order = |scope: Value, policy: &Value, reason: &str| json!({ "book": "live", "scope": scope, "policy": policy, "reason": reason });
    let seven = json!({ "building": { "building": "7" } });
    let good = with("mode", json!("postpaid"));
    for (status, kind, bad) in [
        (422, "policy-breaks-promise", order(seven.clone(), &wrong, "tighter")),
        (422, "no-reason", order(seven.clone(), &good, " ")),
        (422, "same-policy", order(json!("site"), &file_terms, "again")),
        (422, "bad-policy", order(seven.clone(), &with("overdraft", json!(-1)), "less")),
        (404, "not-found", order(json!({ "meter": { "meter": 99 } }), &good, "nowhere")),
    ] {
        let refused = office.site.post(&office.manager, PATH, &bad).await.expect(status).json();
        assert_eq!(refused["type"], kind, "{refused}");
    }
    let good_order = order(seven.clone(), &good, "winter");
    office.site.post(&office.cashier, PATH, &good_order).await.expect(403);
    let asked = office.site.post(&office.manager, PATH, &good_order).await.expect(202).json();
    let approve = format!("/api/v1/approvals/{}/approve", asked["approval"]);
    let own = office.site.post(&office.manager, &approve, &json!({})).await.expect(403).json();
    assert_eq!(own["type"], "own-request");
    assert_eq!(rows(&office, &office.admin).await, before, "nothing happens in between");
    let shown = office.approve(&asked["approval"]).await;
    assert_eq!(shown["kind"], "policy-publish");

    let after = rows(&office, &office.admin).await;
    let building = after.as_array().expect("places").iter().find(|row| row["scope"] == seven);
    let version = &building.expect("the building")["versions"][0];
    assert_eq!((&version["asked_by"], &version["approved_by"]), (&json!("Dan"), &json!("Ann")));
    assert_eq!((&version["from_file"], &version["note"]), (&json!(false), &json!("winter")));
    assert_eq!(version["policy"]["mode"], "postpaid");

    let other = order(json!("site"), &with("low_credit", json!(0)), "no notices");
    let refused = office.site.post(&office.manager, PATH, &other).await.expect(422).json();
    assert!(refused["detail"].as_str().is_some_and(|course| course.contains("CUT (NoCredit)")));
    let text = text.replace("mode = \"prepaid\"", "mode = \"postpaid\"");
    let mut postpaid = order(json!("site"), &good, "all of it");
    let fields = postpaid.as_object_mut().expect("an order");
    fields.remove("policy");
    fields.insert("text".to_owned(), json!(text));
    let asked = office.site.post(&office.manager, PATH, &postpaid).await.expect(202).json();
    office.approve(&asked["approval"]).await;

    let before = rows(&office, &office.admin).await;
    office.site.kill();
    office.site.restart().await;
    office.sign_in().await;
    assert_eq!(rows(&office, &office.admin).await, before, "the file has not changed");
    office.ends_sound().await;
}
