"""The server as programs and browsers meet it, with models that read words."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hostile import EVIL, hostile_analysis, hostile_roster
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient
from test_casebase import WARD, models
from test_cli import refused, xcase
from test_similar import BAKER, CLERK, NURSE, analysis_of, story

import xcase as package
from xcase import confidence, store
from xcase.errors import AnalysisError, ModelError, TaxonomyError, UsageError
from xcase.live import Live
from xcase.records import Analysis
from xcase.serve import Config, Limits, create_app, run
from xcase.serve.config import MOST_PEOPLE, read_token
from xcase.serve.guard import COOKIE, session_of

PROGRAMME = Path(__file__).parent.parent / "examples" / "programme"
# Models that are loaded by the first question take long where much else runs.
PATIENT = Limits(seconds=300)
TOKEN = "a token that nobody guesses"
HTML = {"Accept": "text/html"}
HERE = "http://localhost:8765"


def small() -> Analysis:
    return analysis_of(
        story(1, NURSE, "Healthcare", "Healthcare", "delegation", "positive"),
        story(2, BAKER, "Hospitality & Food", "Hospitality & Food", "sales", "positive"),
        story(3, CLERK, "Finance & Insurance", "Finance & Insurance", "delegation", "negative"),
    )


def client_of(analysis: Analysis, folder: Path, **options: Any) -> TestClient:
    store.save(analysis, folder)
    live = Live(folder, models=models())
    live.refresh()
    config = Config(folder, **{"limits": PATIENT, **options})
    return TestClient(create_app(config, live), base_url=HERE, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with client_of(small(), tmp_path_factory.mktemp("served")) as made:
        yield made


def problem(answer: Any, status: int) -> str:
    """Check that an answer is an RFC 9457 problem and return what it says."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"] == "about:blank"
    told = [f"{e['where']}: {e['message']}" for e in body.get("errors", ())]
    return "; ".join([body["detail"], *told])


# The API answers as the commands do.


def test_the_answers_are_the_records_of_the_python_door(client: TestClient) -> None:
    base = package.CaseBase(small(), models=models())
    answer = client.get("/api/similar", params={"text": WARD, "k": 2})
    assert answer.json() == base.similar(WARD, k=2).json()
    assert json.loads(answer.headers["xcase-notes"]) == list(base.similar(WARD, k=2).notes)
    posted = client.post("/api/similar?k=2", json={"text": WARD})
    assert posted.json() == answer.json()
    moves = client.get("/api/transfer", params={"from": "healthcare", "to": "Education", "k": 3})
    assert moves.json() == base.transfer("Healthcare", "Education", k=3).json()
    people = {"mentees": [{"id": "m1", "text": WARD, "skills_want": ["delegation"]}]}
    suggested = client.post("/api/suggest", json=people)
    assert suggested.json() == base.suggest(people["mentees"]).json()
    people["mentors"] = [{"id": "r1", "skills_have": "delegation", "site": "north"}]
    matched = client.post("/api/match", json=people)
    assert matched.json() == store.to_json(base.match(people["mentees"], people["mentors"]))


def test_filters_and_profiles_narrow_an_answer(client: TestClient) -> None:
    asked = {"text": WARD, "from": "Finance & Insurance"}
    assert [c["case_id"] for c in client.get("/api/similar", params=asked).json()] == ["d3:1"]
    profile = {"industry": "Healthcare", "target_industry": "Education", "skills_have": "empathy"}
    rows = client.post("/api/transfer?k=5", json=profile).json()
    assert {(r["skill"], r["from"], r["to"]) for r in rows} == {
        ("empathy", "Healthcare", "Education")
    }


def test_a_profile_is_taken_as_the_commands_take_it(client: TestClient) -> None:
    base = package.CaseBase(small(), models=models())
    exported = {
        "id": 7,
        "name": None,
        "text": WARD,
        "industry": None,
        "skills_want": None,
        "goals": ["delegation"],
        "address": {"town": "Ulm", "lines": [1, None]},
        "answers": [{"question": 1}],
    }
    answer = client.post("/api/similar", json=exported)
    assert answer.json() == base.similar(exported).json()
    assert json.loads(answer.headers["xcase-notes"]) == list(base.similar(exported).notes)
    people = {"mentees": [exported], "mentors": [{"id": 8, "skills_have": "delegation"}]}
    suggested = client.post("/api/suggest", json=people)
    assert suggested.json() == base.suggest(people["mentees"], mentors=people["mentors"]).json()
    matched = client.post("/api/match", json=people).json()
    assert matched["pairs"][0]["mentee_id"] == "7"
    refused_alike = client.post("/api/similar", json={"id": True, "text": WARD})
    assert "id must be a string, not bool" in problem(refused_alike, 400)


def test_an_infeasible_match_says_so(client: TestClient) -> None:
    body = {
        "mentees": [{"id": "m1", "skills_want": "sales"}],
        "mentors": [{"id": "r1", "skills_have": "sales"}],
        "rules": {"forbid": [{"mentee": "m1", "mentor": "r1"}]},
    }
    answer = client.post("/api/match", json=body)
    assert (answer.status_code, answer.json()["status"]) == (200, "infeasible")
    body["rules"] = {"forbidden": []}
    assert "did you mean 'forbid'" in problem(client.post("/api/match", json=body), 400)


def test_records_come_one_by_one_and_in_pages(client: TestClient) -> None:
    assert client.get("/api/cases/d1:1").json() == store.to_json(small().cases[0])
    assert client.get("/api/documents/d2").json()["text"] == " ".join(BAKER)
    assert client.get("/api/errors").json() == []
    assert client.get("/api/run").json()["format"] == store.FORMAT
    assert len(client.get("/api/skills").json()) > 60
    seen, address = [], "/api/cases?limit=2"
    while address:
        answer = client.get(address)
        seen += [c["id"] for c in answer.json()]
        address = answer.links.get("next", {}).get("url", "")
    assert seen == ["d1:1", "d2:1", "d3:1"]
    assert [c["id"] for c in client.get("/api/cases?skill=sales").json()] == ["d2:1"]


@pytest.mark.parametrize(
    "address", ["/healthz", "/readyz", "/api/cases?limit=1", "/api/cases/d9:1", "/", "/api/match"]
)
def test_a_head_is_that_of_the_answer(client: TestClient, address: str) -> None:
    whole, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers == whole.headers
    assert whole.content


def test_an_id_may_hold_anything(tmp_path: Path) -> None:
    with client_of(hostile_analysis(), tmp_path) as client:
        listed = client.get("/api/cases").json()[0]["id"]
        assert listed == f"{EVIL}:1"
        assert client.get(f"/api/cases/{quote(listed, safe='')}").json()["title"] == EVIL


@pytest.mark.parametrize("asked", ["/api/cases/d9:1", "/api/documents/d9", "/case?id=d9:1"])
def test_what_looks_for_a_record_holds_up_nobody(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    threads = []
    known = package.CaseBase._known

    def watched(*told: Any) -> Any:
        threads.append(threading.current_thread().name)
        return known(*told)

    monkeypatch.setattr(package.CaseBase, "_known", watched)
    assert client.get(asked).status_code == 404
    assert threads[0].startswith("xcase-worker")


def test_what_is_listed_can_be_read_however_long_its_id(tmp_path: Path) -> None:
    document, case = story(1, NURSE, "Healthcare", "Healthcare", "delegation", "positive")
    name = "ä/" * 5_000
    named = replace(document, id=name), replace(case, id=f"{name}:1", document_id=name)
    with client_of(analysis_of(named), tmp_path) as client:
        listed = client.get("/api/cases").json()[0]
        for address in (f"cases/{quote(listed['id'])}", f"documents/{quote(name, safe='')}"):
            assert client.get(f"/api/{address}").status_code == 200
        hrefs = [
            str(a.get("href")) for a in Nodes(client.get("/cases", headers=HTML).text).named("a")
        ]
        (href,) = [h for h in hrefs if h.startswith("/case?")]
        assert client.get(href, headers=HTML).status_code == 200
        assert "no case" in problem(client.get(f"/api/cases/{'x' * 20_000}"), 404)


# What is wrong is told as a problem.


@pytest.mark.parametrize(
    ("method", "address", "status", "says"),
    [
        ("GET", "/api/nothing", 404, "nothing at this address"),
        ("GET", "/api/cases/d9:1", 404, "no case 'd9:1'; nearest"),
        ("GET", "/api/documents/..%2F..%2Fetc%2Fpasswd", 404, "no document"),
        ("DELETE", "/api/cases", 405, "does not take that method"),
        ("GET", "/api/similar", 422, "query.text: Field required"),
        ("GET", "/api/similar?text=hm", 400, "says too little"),
        ("GET", "/api/similar?text=x&k=101", 422, "less than or equal to 100"),
        ("GET", "/api/similar?text=x&limit=3", 422, "query.limit: Extra inputs"),
        ("GET", "/api/similar?text=x&skill=nurse'+OR+1=1+--", 400, "no skill"),
        ("GET", "/api/transfer?from=Helthcare", 400, "nearest: Healthcare"),
        ("GET", "/api/transfer?source=Healthcare", 422, "query.source: Extra inputs"),
        ("GET", "/api/cases?limit=1&skill=sales&limit=2", 400, "'limit' is given more than once"),
        ("POST", "/api/similar?k=1&k=2", 400, "'k' is given more than once"),
        ("GET", "/cases?limit=1&limit=2", 400, "'limit' is given more than once"),
        ("GET", "/api/cases?cursor=!", 400, "cursor"),
        ("GET", "/api/cases?cursor=W10", 400, "cursor"),
        ("GET", "/api/cases?cursor=WyJvbGRlciIsIDFd", 410, "has changed"),
        ("GET", "/api/cases?limit=100000", 422, "less than or equal to 200"),
    ],
)
def test_wrong_questions(
    client: TestClient, method: str, address: str, status: int, says: str
) -> None:
    assert says in problem(client.request(method, address), status)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[" * 100_000, 400),
        (b'{"text": 1e400}', 422),
        (b'{"capacity": 1e400, "text": "I cannot delegate any task"}', 422),
        (b'{"extra": {"deep": [1e400]}, "text": "I cannot delegate any task"}', 422),
        (b'{"extra": ' + b"[" * 900 + b"]" * 900 + b', "text": "I cannot delegate"}', 422),
        (b'{"text": "\\ud800 I cannot delegate any task"}', 422),
        (b'{"text": {"deep": 1}}', 422),
        (b'{"text": "a"}', 400),
        (b'{"text": "' + b"x" * 30_000 + b'"}', 422),
        (b"\xff\xfe", 422),
    ],
)
def test_wrong_bodies(client: TestClient, body: bytes, status: int) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/api/similar", content=body, headers=headers)
    problem(answer, status)


def test_a_body_of_another_type_or_size_is_refused(client: TestClient) -> None:
    as_text = client.post("/api/similar", content=b"hello", headers={"content-type": "text/plain"})
    problem(as_text, 422)
    big = b'{"text": "' + b"x" * Limits().body + b'"}'
    assert "larger" in problem(client.post("/api/similar", content=big), 413)
    pieces = iter([big[: len(big) // 2], big[len(big) // 2 :]])
    problem(client.post("/api/similar", content=pieces), 413)
    files = {"mentees": ("m.csv", big)}
    assert client.post("/suggest", files=files, headers=HTML).status_code == 413


def test_a_fault_of_ours_is_told_without_its_words(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = "Amina could not delegate"

    def fail(*_: object, **__: object) -> None:
        raise ValueError(words)

    monkeypatch.setattr(package.CaseBase, "similar", fail)
    # Libraries that other tests load silence the loggers that are there already.
    monkeypatch.setattr(logging.getLogger("xcase.serve.guard"), "disabled", False)
    with caplog.at_level(logging.INFO):
        answer = client.get("/api/similar", params={"text": WARD})
    assert "its log says where" in problem(answer, 500)
    (told,) = [r.getMessage() for r in caplog.records if r.name.startswith("xcase.")]
    assert told.startswith("ValueError in GET /api/similar\n")
    assert "Amina" not in told
    assert WARD not in told


@pytest.mark.parametrize("error", [ModelError, TaxonomyError])
def test_a_damaged_model_is_a_fault_of_ours(
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: type[UsageError],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("model file secret.toml has sha256 1; restore it")

    monkeypatch.setattr(package.CaseBase, "suggest", fail)
    monkeypatch.setattr(logging.getLogger("xcase.serve.app"), "disabled", False)
    told = problem(client.post("/api/suggest", json={"mentees": [{"id": "m", "text": WARD}]}), 500)
    assert "its log says why" in told
    page = client.post("/suggest", files={"mentees": ("m.csv", b"id\nm1\n")}, headers=HTML)
    assert (page.status_code, "its log says why" in page.text) == (500, True)
    assert "secret.toml" not in told + page.text
    assert caplog.text.count("secret.toml") == 2


def test_what_a_roster_needs_is_loaded_before_anybody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise ModelError("model file calibration.toml has sha256 1; restore it")

    monkeypatch.setattr(confidence, "calibration", refuse)
    with pytest.raises(ModelError, match="calibration"):
        models().warm_up()


def test_what_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(package.CaseBase, "similar", lambda *_, **__: done.wait(20))
    limits = Limits(seconds=0.2, waiting=1)
    with client_of(small(), tmp_path, limits=limits, workers=1) as client:
        asked = {"params": {"text": WARD}}
        began = time.monotonic()
        slow = client.get("/api/similar", **asked)
        assert "no answer within 0.2 seconds" in problem(slow, 503)
        # The worker is still busy; the one place in the line is given up in time, too.
        assert problem(client.get("/api/similar", **asked), 503)
        assert time.monotonic() - began < 10
        assert client.get("/healthz").status_code == 200
        done.set()


def test_a_line_that_is_full_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()
    monkeypatch.setattr(package.CaseBase, "similar", lambda *_, **__: done.wait(20))
    limits = Limits(seconds=0.2, waiting=0)
    with client_of(small(), tmp_path, limits=limits, workers=1) as client:
        client.get("/api/similar", params={"text": WARD})
        answer = client.get("/api/similar", params={"text": WARD})
        assert "more questions than it can answer" in problem(answer, 503)
        assert answer.headers["retry-after"] == "2"
        done.set()


# Who may ask.


def test_only_its_own_names_are_answered(client: TestClient, tmp_path: Path) -> None:
    for host in ("localhost:8765", "127.0.0.1", "[::1]:8765", "LOCALHOST"):
        assert client.get("/healthz", headers={"host": host}).status_code == 200
    for host in ("evil.example", "localhost.evil.example", "a@localhost", "192.168.1.5", "", "["):
        assert "not called by that name" in problem(
            client.get("/healthz", headers={"host": host}), 421
        )
    others = Config(tmp_path, "0.0.0.0", token=TOKEN, names=("cases.example",))
    assert all(others.knows(h) for h in ("cases.example", "192.168.1.5", "[fe80::1]", "localhost"))
    assert not others.knows("evil.example")


@pytest.mark.parametrize(
    ("host", "called"),
    [
        ("127.0.0.2", "127.0.0.2"),
        ("127.0.1.1", "127.0.1.1"),
        ("::1", "[::1]"),
        ("[::1]", "[::1]"),
        ("0:0::1", "[::1]"),
    ],
)
def test_a_server_is_known_by_the_address_that_it_listens_at(
    tmp_path: Path, host: str, called: str
) -> None:
    config = Config(tmp_path, host)
    config.check()
    assert config.knows(called)
    assert not any(config.knows(h) for h in ("192.168.1.5", "[fe80::1]", "evil.example", ""))


@pytest.mark.parametrize(
    "name",
    ["cases.example:8443", "https://cases.example", "cases.example/", "a b", "", "bü.example"],
)
def test_a_name_that_no_request_can_bear_is_refused(tmp_path: Path, name: str) -> None:
    Config(tmp_path, names=("cases.example", "xn--b-xga.example", "[2001:db8::1]", "nas_1")).check()
    with pytest.raises(UsageError, match="is no host name"):
        Config(tmp_path, names=("cases.example", name)).check()


@pytest.mark.parametrize("token", ["pässwörter-sind-lang", "one line\nand another one"])
def test_a_token_that_no_header_can_hold_is_refused(tmp_path: Path, token: str) -> None:
    with pytest.raises(UsageError, match="what a header cannot"):
        Config(tmp_path, token=token).check()


def test_other_pages_may_neither_read_nor_send(client: TestClient) -> None:
    foreign = {"origin": "http://evil.example"}
    assert problem(client.post("/api/similar", json={"text": WARD}, headers=foreign), 403)
    cross = {"sec-fetch-site": "cross-site", "origin": "null"}
    assert problem(client.post("/api/similar", json={"text": WARD}, headers=cross), 403)
    own = {"sec-fetch-site": "same-origin", "origin": "null"}
    assert client.post("/api/similar", json={"text": WARD}, headers=own).status_code == 200
    answer = client.get("/api/cases", headers=foreign)
    assert "access-control-allow-origin" not in answer.headers
    asks = {**foreign, "access-control-request-method": "POST"}
    assert client.options("/api/similar", headers=asks).status_code == 403


def test_every_answer_forbids_what_it_does_not_need(client: TestClient) -> None:
    for address in ("/", "/api/cases", "/nothing", "/style.css"):
        headers = client.get(address, headers=HTML).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "script-src" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "token"), [("0.0.0.0", ""), ("192.168.1.5", ""), ("::", ""), ("127.0.0.1", "short")]
)
def test_strangers_are_not_let_in_by_mistake(tmp_path: Path, host: str, token: str) -> None:
    with pytest.raises(UsageError, match="token"):
        Config(tmp_path, host, token=token).check()


def test_a_token_is_asked_for(tmp_path: Path) -> None:
    with client_of(small(), tmp_path, host="0.0.0.0", token=TOKEN) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 200
        answer = client.get("/api/cases")
        assert "Authorization: Bearer" in problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
        for wrong in ("Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \udce4"):
            headers = {"authorization": wrong.encode("utf-8", "replace")}
            assert client.get("/api/cases", headers=headers).status_code == 401
        right = {"authorization": f"Bearer {TOKEN}"}
        assert client.get("/api/cases", headers=right).status_code == 200


def test_a_browser_logs_in_with_the_token(tmp_path: Path) -> None:
    with client_of(small(), tmp_path, token=TOKEN) as client:
        sent = client.get("/cases", headers=HTML)
        assert sent.url.path == "/login"
        assert "Cases:" not in sent.text
        wrong = client.post("/login", data={"token": "no"}, headers=HTML)
        assert (wrong.status_code, "not the token" in wrong.text) == (401, True)
        client.post("/login", data={"token": TOKEN}, headers=HTML)
        assert client.get("/cases", headers=HTML).status_code == 200
        assert TOKEN not in str(client.cookies)


@pytest.mark.parametrize(
    "other", ['prefs={"a":1}', "a[b]=1", "x=a b c", "name=Jöhn", "flag", "=", 'q="a;b"']
)
def test_cookies_of_other_programs_log_nobody_out(tmp_path: Path, other: str) -> None:
    with client_of(small(), tmp_path, token=TOKEN) as client:
        told = f"{other}; {COOKIE}={session_of(TOKEN)}; more={{}}".encode()
        headers = {**HTML, "cookie": told}
        assert client.get("/cases", headers=headers, follow_redirects=False).status_code == 200
        headers["cookie"] = f"{other}; {COOKIE}=; more".encode()
        assert client.get("/cases", headers=headers, follow_redirects=False).status_code == 303


def test_a_token_comes_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    assert read_token(tmp_path / "token") == TOKEN
    monkeypatch.setenv("XCASE_TOKEN", "from the environment")
    assert read_token(None) == "from the environment"
    (tmp_path / "empty").write_text("", encoding="utf-8")
    for name in ("empty", "nowhere"):
        with pytest.raises(UsageError):
            read_token(tmp_path / name)


def test_the_command_refuses_before_it_serves(tmp_path: Path) -> None:
    open_to_all = xcase("serve", "--host", "0.0.0.0", "--dir", tmp_path)
    assert "a token is needed" in refused(open_to_all, 2)
    nothing = xcase("serve", "--dir", tmp_path)
    assert (nothing.returncode, "no analysis" in nothing.stderr) == (4, True)


def test_an_address_that_is_taken_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = Config(tmp_path, port=taken.getsockname()[1])
        with pytest.raises(UsageError, match=r"cannot listen at 127\.0\.0\.1, port"):
            run(config, print)


# Versions.


def test_a_new_analysis_is_served_without_a_restart(tmp_path: Path) -> None:
    with client_of(small(), tmp_path) as client:
        live = client.app.state.service.live  # type: ignore[attr-defined]
        first = client.get("/api/cases?limit=1")
        store.save(analysis_of(*_stories(small())[:2]), tmp_path)
        live.look()
        second = client.get("/api/cases")
        assert [c["id"] for c in second.json()] == ["d1:1", "d2:1"]
        assert first.headers["xcase-version"] != second.headers["xcase-version"]
        assert "has changed" in problem(client.get(first.links["next"]["url"]), 410)
        assert client.get("/readyz").json()["cases"] == 2


def test_the_watcher_sees_a_new_analysis_by_itself(tmp_path: Path) -> None:
    with client_of(small(), tmp_path) as client:
        store.save(analysis_of(*_stories(small())[:1]), tmp_path)
        deadline = time.monotonic() + 20
        while client.get("/readyz").json()["cases"] != 1:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_damaged_analysis_leaves_the_whole_one_in_place(tmp_path: Path) -> None:
    with client_of(small(), tmp_path) as client:
        live = client.app.state.service.live  # type: ignore[attr-defined]
        version = live.version.id
        cases = tmp_path / "cases.jsonl"
        cases.write_text(cases.read_text(encoding="utf-8")[:50], encoding="utf-8")
        (tmp_path / "run.json").touch()
        live.look()
        ready = client.get("/readyz").json()
        assert (ready["version"], ready["cases"]) == (version, 3)
        assert "cases.jsonl is not the file" in ready["fault"]
        (tmp_path / "run.json").unlink()
        live.look()
        assert client.get("/api/cases/d1:1").status_code == 200
        store.save(small(), tmp_path)
        live.look()
        assert client.get("/readyz").json()["fault"] == ""


def test_what_nobody_foresaw_does_not_end_the_watcher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client_of(small(), tmp_path) as client:
        live = client.app.state.service.live  # type: ignore[attr-defined]

        def refuse() -> None:
            raise MemoryError("a narrative")

        monkeypatch.setattr(live, "refresh", refuse)
        store.save(analysis_of(*_stories(small())[:1]), tmp_path)
        live.look()
        assert client.get("/readyz").json()["fault"] == "unexpected failure: MemoryError"
        assert client.get("/api/cases/d1:1").status_code == 200
        monkeypatch.undo()
        live._tried = 0.0  # the time to try again has come
        live.look()
        assert client.get("/readyz").json()["cases"] == 1


def test_readers_see_whole_versions_while_one_is_written(tmp_path: Path) -> None:
    """Each version holds n cases whose titles all say n; a mixture would show."""
    with client_of(_version(2), tmp_path) as client:
        live = client.app.state.service.live  # type: ignore[attr-defined]
        stop = threading.Event()
        looking = threading.Thread(target=lambda: [live.look() for _ in iter(stop.is_set, True)])
        looking.start()
        seen = set()
        try:
            for n in (1, 3, 2, 3, 1, 2):
                store.save(_version(n), tmp_path)
                for _ in range(10):
                    answer = client.get("/api/cases").json()
                    assert {c["title"] for c in answer} == {str(len(answer))}
                    seen.add(len(answer))
        finally:
            stop.set()
            looking.join()
        live.look()
        assert live.version.base.cases[0].title == "2"
        assert len(seen) > 1


def test_without_an_analysis_nothing_is_ready(tmp_path: Path) -> None:
    live = Live(tmp_path, models=models())
    with pytest.raises(AnalysisError):
        live.refresh()
    live.look()
    with TestClient(create_app(Config(tmp_path), live), base_url=HERE) as client:
        assert client.get("/healthz").status_code == 200
        assert "no analysis in" in problem(client.get("/readyz"), 503)
        assert "no analysis in" in problem(client.get("/api/cases"), 503)
        assert client.get("/", headers=HTML).status_code == 200


# Pages.


class Nodes(HTMLParser):
    """Collects the elements of a page, and the pairs of labels that a form is sent by."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.elements if t == tag]


PAGES = (
    "/",
    f"/?text={WARD}&k=3",
    f"/?text={WARD}&from=Healthcare&across=true",
    "/cases",
    "/cases?skill=delegation",
    "/case?id=d1:1",
    "/transfer",
    "/transfer?from=Healthcare&to=Education&skill=&k=5",
    "/suggest",
    "/api",
    "/nothing",
)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_plain(client: TestClient, address: str) -> None:
    answer = client.get(address, headers=HTML)
    assert answer.headers["content-type"].startswith("text/html")
    nodes = Nodes(answer.text)
    used = {tag for tag, _ in nodes.elements}
    assert not used & {"script", "img", "iframe", "style", "object"}
    assert len(nodes.named("h1")) == 1
    attributes = [name for _, attrs in nodes.elements for name in attrs]
    assert not [name for name in attributes if name.startswith("on") or name == "style"]
    for tag, name in (("a", "href"), ("link", "href"), ("form", "action")):
        assert all(str(attrs[name])[:1] in "/#" for attrs in nodes.named(tag) if name in attrs)


def test_links_of_the_pages_lead_somewhere(client: TestClient) -> None:
    seen, left = set(), list(PAGES[:-1])
    while left:
        address = left.pop()
        if address in seen or len(seen) > 60:
            continue
        seen.add(address)
        answer = client.get(address, headers=HTML)
        assert answer.status_code in (200, 400), address
        assert address.startswith("/?") or answer.status_code == 200, address
        if answer.headers["content-type"].startswith("text/html"):
            hrefs = [str(a.get("href", "")) for a in Nodes(answer.text).named("a")]
            left += [h for h in hrefs if h.startswith("/")]
    assert "/case?id=d2%3A1" in seen


def test_a_search_shows_cases_with_their_reasons(client: TestClient) -> None:
    page = client.get("/", params={"text": WARD, "k": 3}, headers=HTML).text
    assert page.index("/case?id=d1%3A1") < page.index("/case?id=d3%3A1")
    assert "like difficulty" in page
    assert "She could not delegate any task to the team." in page


def test_a_case_is_shown_with_its_marks(client: TestClient) -> None:
    page = client.get("/case?id=d1:1", headers=HTML).text
    assert "<mark" in page
    assert "delegation: lacked" in page
    missing = client.get("/case?id=d9:1", headers=HTML)
    assert (missing.status_code, "nearest" in missing.text) == (404, True)


def test_a_refused_question_is_told_beside_its_form(client: TestClient) -> None:
    answer = client.get("/?text=hm&from=Healthcare", headers=HTML)
    assert answer.status_code == 400
    assert "says too little" in answer.text
    assert ">hm</textarea>" in answer.text
    assert '<option value="Healthcare" selected>' in answer.text
    assert client.get("/?text=hm&k=x", headers=HTML).status_code == 422


def test_uploaded_profiles_get_suggestions(client: TestClient) -> None:
    files = {n: (f"{n}.csv", (PROGRAMME / f"{n}.csv").read_bytes()) for n in ("mentees", "mentors")}
    page = client.post("/suggest", files=files, headers=HTML).text
    assert "Ines Abreu (m1)" in page
    assert "Ruth Okafor (r1)" in page
    both = {n: (f"{n}.csv", f"id,name,goals\n1,{who},delegate".encode()) for n, who in
            (("mentees", "Ann"), ("mentors", "Bob"))}  # fmt: skip
    assert "Ann (1)" in client.post("/suggest", files=both, headers=HTML).text
    alone = client.post("/suggest", files={"mentees": files["mentees"]}, headers=HTML)
    assert "Ruth Okafor" not in alone.text
    wrong = client.post("/suggest", files={"mentees": ("m.csv", b"mood\nglad\n")}, headers=HTML)
    assert (wrong.status_code, "no column" in wrong.text) == (400, True)
    assert client.post("/suggest", headers=HTML).status_code == 422
    many = b"id\n" + b"\n".join(b"m%d" % n for n in range(MOST_PEOPLE + 1))
    crowd = client.post("/suggest", files={"mentees": ("m.csv", many)}, headers=HTML)
    assert (crowd.status_code, "1000 are the most here" in crowd.text) == (400, True)


def test_markup_in_every_field_adds_no_node(tmp_path: Path) -> None:
    with client_of(hostile_analysis(), tmp_path) as client:
        files = {"mentees": ("m.jsonl", hostile_roster().encode())}
        answers = [
            client.get("/cases", headers=HTML),
            client.get("/case", params={"id": f"{EVIL}:1"}, headers=HTML),
            client.get("/case", params={"id": EVIL}, headers=HTML),
            client.get("/", params={"text": f"I cannot delegate any task {EVIL}"}, headers=HTML),
            client.get("/", params={"text": EVIL, "skill": EVIL}, headers=HTML),
            client.get("/transfer", params={"from": EVIL}, headers=HTML),
            client.get("/transfer", params={"from": "Healthcare", "k": 50}, headers=HTML),
            client.post("/suggest", files=files, headers=HTML),
            client.get(f"/{EVIL}", headers=HTML),
        ]
    for answer in answers:
        assert answer.headers["content-type"].startswith("text/html")
        nodes = Nodes(answer.text)
        assert not {t for t, _ in nodes.elements} & {"script", "img"}
        assert not [a for _, attrs in nodes.elements for a in attrs if a.startswith("on")]
    assert sum(EVIL.replace("<", "&lt;").replace(">", "&gt;") in a.text for a in answers) >= 5


# The description.


def test_the_description_has_examples_that_hold(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    checked = 0
    for path, methods in document["paths"].items():
        for operation in methods.values():
            content = operation["responses"]["200"]["content"]["application/json"]
            schema = {**content["schema"], "components": document["components"]}
            if "example" in content:
                Draft202012Validator(schema).validate(content["example"])
                checked += 1
            if path.startswith("/api/") and "{" not in path and "requestBody" not in operation:
                answer = client.get(path, params={"text": WARD} if "similar" in path else {})
                Draft202012Validator(schema).validate(answer.json())
                checked += 1
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                (example,) = body["examples"].values()
                assert client.post(path, json=example["value"]).status_code == 200
                checked += 1
    assert checked >= 15
    problems = document["paths"]["/api/similar"]["get"]["responses"]["422"]["content"]
    assert list(problems) == ["application/problem+json"]


def _stories(analysis: Analysis) -> list[Any]:
    return list(zip(analysis.documents, analysis.cases, strict=True))


def _version(n: int) -> Analysis:
    kept = _stories(small())[:n]
    return analysis_of(*((d, replace(c, title=str(n))) for d, c in kept))
