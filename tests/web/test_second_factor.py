"""One-time codes: the algorithm against RFC 6238, steps just before, at and after, once only, recovery, who resets."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from saishang.apps.core.models import ActionLogEntry
from saishang.apps.organisations.actions import Doing
from saishang.apps.organisations.actions.second_factor import begin, check, confirm, reset_second_factor
from saishang.apps.organisations.models import Membership, Organisation, RecoveryCode, SecondFactor, SignIn, User
from saishang.apps.organisations.refusals import ChangeRefused, NotAllowed
from saishang.apps.organisations.roles import POSTS
from saishang.apps.organisations.secrets_kept import opened, sealed

pytestmark = pytest.mark.django_db
SECRET = "correct-horse-battery"
#: RFC 6238, appendix B, SHA-1: the secret is the ASCII text 12345678901234567890; the last six of the eight digits.
RFC = base64.b32encode(b"12345678901234567890").decode()
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}


@pytest.fixture
def person() -> User:
    return User.objects.create_user("mine", password=SECRET)


def at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    monkeypatch.setattr("saishang.apps.organisations.actions.second_factor.timezone.now", lambda: moment)


def with_rfc_secret(person: User) -> SecondFactor:
    return SecondFactor.objects.create(
        user=person, secret=sealed(RFC, "second factor"), begun=timezone.now(), confirmed=timezone.now()
    )


@pytest.mark.parametrize(("moment", "code"), VECTORS.items())
def test_codes_of_the_standard(person: User, monkeypatch: pytest.MonkeyPatch, moment: int, code: str) -> None:
    with_rfc_secret(person)
    at(monkeypatch, moment)
    assert check(person, code) == "code"
    assert check(person, code) is None  # once only


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_before_and_after(person: User, monkeypatch: pytest.MonkeyPatch, steps: int, opens: bool) -> None:
    with_rfc_secret(person)
    at(monkeypatch, 1234567890 + 30 * steps)
    assert (check(person, VECTORS[1234567890]) == "code") is opens


def test_a_code_before_the_last_one_taken_opens_no_more(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    row = with_rfc_secret(person)
    row.last_step = 1234567890 // 30 + 1
    row.save()
    at(monkeypatch, 1234567890)
    assert check(person, VECTORS[1234567890]) is None
    row.last_step -= 2
    row.save()
    assert check(person, "005 924") == "code"


def test_what_is_no_code(person: User) -> None:
    with_rfc_secret(person)
    for said in ("", "12345", "1234567", "abcdef", "００５９２４"):
        assert check(person, said) is None


def test_the_secret_is_kept_sealed_and_shown_only_until_it_is_confirmed(person: User) -> None:
    client = Client()
    client.force_login(person)
    assert "开始设置" in client.get("/account/second-factor/").content.decode()
    client.post("/account/second-factor/", {"what": "begin"})
    page = client.get("/account/second-factor/").content.decode()
    secret = re.findall(r"<code>([A-Z2-7 ]+)</code>", page)[0].replace(" ", "")
    assert len(secret) == 32 and "<svg" in page and "style=" not in page
    kept = SecondFactor.objects.get(user=person).secret
    assert secret not in kept and opened(kept, "second factor") == secret
    # Not asked at sign-in before it is confirmed.
    assert Client().post("/account/sign-in/", {"username": "mine", "password": SECRET})["Location"] == "/"
    wrong = client.post("/account/second-factor/", {"what": "confirm", "code": "000000"})
    assert wrong.status_code == 422
    done = client.post("/account/second-factor/", {"what": "confirm", "code": pyotp.TOTP(secret).now()})
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", done.content.decode())
    assert len(set(codes)) == 10
    assert secret not in client.get("/account/second-factor/").content.decode()
    hashes = set(RecoveryCode.objects.values_list("hash", flat=True))
    assert len(hashes) == 10 and not {code.replace("-", "") for code in codes} & hashes
    assert all(secret not in str(entry.after) for entry in ActionLogEntry.objects.all())
    with pytest.raises(ChangeRefused, match="set up already"):
        begin(person)
    # The other sign-in has ended: it had not given a code.
    assert SignIn.objects.filter(user=person, ended__isnull=True).count() == 1


def ready(person: User) -> tuple[str, list[str]]:
    secret = begin(person)
    return secret, confirm(person, pyotp.TOTP(secret).at(timezone.now() - timedelta(seconds=30)))


def test_signing_in_in_two_steps(person: User) -> None:
    secret, codes = ready(person)
    client = Client()
    first = client.post("/account/sign-in/", {"username": "mine", "password": SECRET, "next": "/account/"})
    assert first["Location"] == "/account/code/"
    assert client.get("/account/")["Location"].startswith("/account/sign-in/")  # half is not in
    assert client.post("/account/code/", {"code": "000000"}).status_code == 422
    assert client.post("/account/code/", {"code": pyotp.TOTP(secret).now()})["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert SignIn.objects.get(user=person, ended__isnull=True).way == "password+code"
    other = Client()
    other.post("/account/sign-in/", {"username": "mine", "password": SECRET})
    assert other.post("/account/code/", {"code": codes[3].upper()})["Location"] == "/"
    again = Client()
    again.post("/account/sign-in/", {"username": "mine", "password": SECRET})
    assert again.post("/account/code/", {"code": codes[3]}).status_code == 422  # used
    entry = ActionLogEntry.objects.get(verb="organisations.use_recovery_code")
    assert entry.after == {"left": 9}


def test_guessed_codes_lock_the_name_even_when_the_password_is_right(person: User) -> None:
    secret, _codes = ready(person)
    client = Client()
    for number in range(5):
        client.post("/account/sign-in/", {"username": "mine", "password": SECRET})
        assert client.post("/account/code/", {"code": f"00000{number}"}).status_code == 422
    assert client.post("/account/code/", {"code": pyotp.TOTP(secret).now()}).status_code == 429
    assert client.post("/account/sign-in/", {"username": "mine", "password": SECRET}).status_code == 429


def test_the_first_half_holds_five_minutes_and_one_password(person: User) -> None:
    secret, _codes = ready(person)
    for spoil in ("late", "password", "closed"):
        client = Client()
        client.post("/account/sign-in/", {"username": "mine", "password": SECRET})
        if spoil == "late":
            session = client.session
            session["half_signed_in"] = session["half_signed_in"] | {"at": timezone.now().timestamp() - 301}
            session.save()
        elif spoil == "password":
            person.set_password(SECRET)
            person.save()
        else:
            User.objects.filter(pk=person.pk).update(is_active=False)
        answer = client.post("/account/code/", {"code": pyotp.TOTP(secret).now()})
        assert answer["Location"] == "/account/sign-in/", spoil


def test_giving_up_and_new_recovery_codes_ask_for_a_code(person: User) -> None:
    secret, codes = ready(person)
    client = Client()
    client.force_login(person)
    assert client.post("/account/second-factor/recovery/", {"code": codes[0]}).status_code == 422
    fresh = client.post("/account/second-factor/recovery/", {"code": pyotp.TOTP(secret).now()})
    assert fresh.status_code == 200 and codes[0] not in fresh.content.decode()
    assert check(person, codes[1]) is None
    assert client.post("/account/second-factor/", {"what": "drop", "code": "000000"}).status_code == 422
    new = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", fresh.content.decode())
    assert client.post("/account/second-factor/", {"what": "drop", "code": new[0]})["Location"] == "/account/"
    assert not SecondFactor.objects.exists() and not RecoveryCode.objects.exists()
    verbs = set(ActionLogEntry.objects.values_list("verb", flat=True))
    assert {"organisations.new_recovery_codes", "organisations.drop_second_factor"} <= verbs


def test_a_setting_asks_codes_of_some_roles(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, totp_roles=("auditor", "admin")))
    top = Organisation.objects.create(code="640000", kind="government", path="/640000/")
    row = Membership.objects.create(
        user=person, organisation=top, role="auditor", first=timezone.localdate() + timedelta(1), granted_by="t",
        reason="x",
    )  # fmt: skip
    client = Client()
    client.force_login(person)
    assert client.get("/account/").status_code == 200  # begins tomorrow
    for days, asked in ((0, True), (-1, True)):
        row.first = timezone.localdate() + timedelta(days)
        row.save()
        answer = client.get("/account/")
        assert (answer.status_code == 302 and answer["Location"] == "/account/second-factor/") is asked
    assert client.get("/account/second-factor/").status_code == 200
    row.last = timezone.localdate() - timedelta(1)
    row.save()
    assert client.get("/account/").status_code == 200  # ended yesterday
    User.objects.filter(pk=person.pk).update(role="admin")
    assert client.get("/account/")["Location"] == "/account/second-factor/"
    ready(person)
    SignIn.objects.update(ended=None)
    assert client.get("/account/").status_code == 200


def test_who_resets(person: User) -> None:
    ready(person)
    top = Organisation.objects.create(code="640000", kind="government", path="/640000/")
    city = Organisation.objects.create(code="640100", kind="government", parent=top, path="/640000/640100/")
    day = timezone.localdate()
    for user, where, role in (
        (person, top, "reporter"),
        (User.objects.create(username="mayor"), city, "administrator"),
    ):
        Membership.objects.create(user=user, organisation=where, role=role, first=day, granted_by="t", reason="x")
    with pytest.raises(NotAllowed):
        reset_second_factor(Doing(User.objects.get(username="mayor"), "lost"), "mine")
    with pytest.raises(ChangeRefused, match="reason"):
        reset_second_factor(Doing("tests", ""), "mine")
    reset_second_factor(Doing("tests", "lost"), "mine")
    assert not SecondFactor.objects.exists()
    assert ActionLogEntry.objects.latest("sequence").verb == "organisations.drop_second_factor"
    with pytest.raises(ChangeRefused, match="no one-time codes"):
        reset_second_factor(Doing("tests", "lost"), "mine")


def test_a_changed_key_is_told(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: Any = sealed("secret", "second factor")
    with pytest.raises(ChangeRefused, match="key of this portal has changed"):
        opened(kept, "another purpose")
    monkeypatch.setattr(settings, "SECRET_KEY", "another key of more than thirty-two signs")
    with pytest.raises(ChangeRefused, match="key of this portal has changed"):
        opened(kept, "second factor")


def test_posts_of_the_setting_are_those_there_are() -> None:
    from saishang.apps.organisations.models import ROLES

    assert {"member", *POSTS} == set(ROLES)
