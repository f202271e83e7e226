"""The directory file: what it means, and every mistake that it can hold, each with its place.

Longer than 350 lines: one file format, whose table holds every mistake.
"""

import pytest

from faxes.model import Context, DialPlan, Extension, ExtensionNumber, ExtensionType, Principal, User
from faxes.prices import Price
from faxes.provisioning.entries import AppEntry, Budget, Entries, NamedToken, Organization, StatedPrices
from faxes.provisioning.plan import Report
from faxes.tokens import digest_of
from tests.support.template import ROOT
from tools.operations.directory import print_report
from tools.operations.directory_file import DirectoryInvalid, parse

SECRET = "0~H5lJ0R~V_dkMrl-bGWqQ.b8pXw2n7Z"  # noqa: S105  (it opens nothing)

WHOLE = """
organizations:
  - id: "0003"
    name: Example Ltd
  - {id: "5", faxName: Ærø & Søn, timeZone: America/Argentina/Ushuaia, callerId: "+493023125000",
     country: DE, areaCode: "30", outsidePrefix: "0", faxTo: [DE, US],
     pagesPerDay: 500, dollarsPerDay: 25}
  - {id: "4", budget: {rate: 10000, burst: 5000, daily: 2000000000}}
prices:
  - {to: "+", page: "0.1"}
  - {to: "+49", page: "0.0075", call: "0.01"}
users:
  - {id: alice, organization: "0003"}
  - {id: "0241", organization: "4"}
extensions:
  - {number: 0003*210, owner: alice}
  - {number: 0003*211, owner: alice, fax: false}
  - {number: 0003*300, owner: alice, type: queue, fax: true}
  - {number: 4*210, owner: "0241", type: phone_terminal, callerId: "+493023125011"}
apps:
  - {key: a, owner: alice}
  - {key: Office.app_1-2~3, owner: alice, context: organization, enabled: false}
  - {key: own, owner: "0241", context: global, enabled: true, secret: 0~H5lJ0R~V_dkMrl-bGWqQ.b8pXw2n7Z}
  - {key: plain, owner: "0241", context: user, budget: {rate: 1, burst: 2, daily: 0}, sandbox: false}
  - {key: trying, owner: alice, sandbox: true}
tokens:
  - {name: example, user: alice}
  - {name: other.app_1-2, user: "0241", days: 3650}
"""


ORGANIZATION = (
    "organizations, entry 1: must have id; may have areaCode, budget, callerId, country, dollarsPerDay, faxName, "
    "faxTo, id, name, outsidePrefix, pagesPerDay, timeZone"
)


DIGITS = 'it must be text of + and the first digits of numbers, such as "+49"'
DOLLARS = 'it must be US dollars in quotes, such as "0.0075"'


def mistakes(text: str) -> list[str]:
    """What is wrong with a file, line by line."""
    with pytest.raises(DirectoryInvalid) as caught:
        parse(text)
    return str(caught.value).splitlines()


def test_a_whole_directory() -> None:
    terminal = ExtensionType.PHONE_TERMINAL
    assert parse(WHOLE) == Entries(
        items={
            "organization 0003": Organization("0003", "Example Ltd"),
            "organization 5": Organization(
                "5",
                "",
                "Ærø & Søn",
                "America/Argentina/Ushuaia",
                "+493023125000",
                DialPlan("DE", "30", "0", ("DE", "US"), 500, 25_000_000),
            ),
            "organization 4": Organization("4", ""),
            "prices": StatedPrices({"+": Price(100_000), "+49": Price(7_500, 10_000)}),
            "user alice": User("alice", "0003"),
            "user 0241": User("0241", "4"),
            "extension 0003*210": Extension(ExtensionNumber("0003", "210"), "alice", terminal, True),
            "extension 0003*211": Extension(ExtensionNumber("0003", "211"), "alice", terminal, False),
            "extension 0003*300": Extension(ExtensionNumber("0003", "300"), "alice", ExtensionType.QUEUE, True),
            "extension 4*210": Extension(ExtensionNumber("4", "210"), "0241", terminal, True, "+493023125011"),
        },
        apps=(
            AppEntry("a", "alice", "0003", Context.USER, True, None),
            AppEntry("Office.app_1-2~3", "alice", "0003", Context.ORGANIZATION, False, None),
            AppEntry("own", "0241", "4", Context.GLOBAL, True, digest_of(SECRET)),
            AppEntry("plain", "0241", "4", Context.USER, True, None, Budget(1, 2, 0)),
            AppEntry("trying", "alice", "0003", Context.USER, True, None, sandbox=True),
        ),
        tokens=(
            NamedToken("example", Principal("alice", "0003"), 30),
            NamedToken("other.app_1-2", Principal("0241", "4"), 3650),
        ),
        budgets={"4": Budget(10_000, 5_000, 2_000_000_000)},
    )


def test_the_example_is_a_directory() -> None:
    entries = parse((ROOT / "directory.example.yaml").read_text())
    assert list(entries.items) == [
        "organization 0003",
        "organization 0004",
        "user alice",
        "user bob",
        "user carol",
        "extension 0003*210",
        "extension 0003*211",
        "extension 0003*212",
        "extension 0003*213",
        "extension 0003*300",
        "extension 0004*210",
    ]
    assert entries.apps == (
        AppEntry("example-app", "alice", "0003", Context.USER, True, None),
        AppEntry("example-office", "alice", "0003", Context.ORGANIZATION, True, None),
        AppEntry("example-provider", "alice", "0003", Context.GLOBAL, True, None),
    )
    assert entries.tokens == (NamedToken("example", Principal("alice", "0003"), 30),)


@pytest.mark.parametrize(
    "text", ["{}", "organizations:", "organizations: []\nusers: []\nextensions: []\napps:\ntokens: []"]
)
def test_an_empty_directory(text: str) -> None:
    assert parse(text) == Entries({}, (), ())


def test_an_organization_without_a_name_has_an_empty_one() -> None:
    assert parse('organizations: [{id: "1", name: }]').items == {"organization 1": Organization("1", "")}


@pytest.mark.parametrize(
    ("plan", "mistake"),
    [
        # Norway's, as YAML reads it without quotes.
        ("country: NO", 'country is False; it must be a country of ISO 3166 in quotes, such as "DE"'),
        ("country: XX", "country is 'XX'; it must be a country of ISO 3166 in quotes, such as \"DE\""),
        ('areaCode: "30"', "areaCode needs a country beside it"),
        (
            'country: DE, areaCode: "030"',
            "areaCode is '030'; it must be text of 1 to 6 digits that do not begin with 0",
        ),
        ("pagesPerDay: -1", "pagesPerDay is -1; it must be a number from 0 to 10000000"),
        ("dollarsPerDay: 0.5", "dollarsPerDay is 0.5; it must be a number from 0 to 1000000"),
        ("pagesPerDay: true", "pagesPerDay is True; it must be a number from 0 to 10000000"),
        ("faxTo: DE", 'faxTo is \'DE\'; it must be a list of countries in quotes, such as ["DE", "US"]'),
        ("faxTo: [NO]", 'faxTo is [False]; it must be a list of countries in quotes, such as ["DE", "US"]'),
        ('country: DE, outsidePrefix: "*"', "outsidePrefix is '*'; it must be text of 1 to 3 digits"),
    ],
)
def test_a_dial_plan_that_is_none_is_named(plan: str, mistake: str) -> None:
    prices = 'prices: [{to: "+", page: "1"}]'
    assert mistakes(f'{prices}\norganizations: [{{id: "1", {plan}}}]') == [f"organizations, entry 1: {mistake}"]


def test_money_is_limited_only_where_prices_are_stated() -> None:
    assert mistakes('organizations: [{id: "1", dollarsPerDay: 5}]') == [
        "organizations, entry 1: dollarsPerDay needs the section prices: what calls cost, nobody else says"
    ]


@pytest.mark.parametrize(
    ("price", "mistake"),
    [
        ('{page: "1"}', "must have page, to; may have call, page, to"),
        ('{to: "49", page: "1"}', f"to is '49'; {DIGITS}"),
        (
            '{to: "+049", page: "1"}',
            f"to is '+049'; {DIGITS}",
        ),
        # What YAML reads without quotes is about as much.
        ('{to: "+49", page: 0.0075}', f"page is 0.0075; {DOLLARS}"),
        ('{to: "+49", page: "-1"}', f"page is '-1'; {DOLLARS}"),
        ('{to: "+49", page: "1", call: "1,5"}', f"call is '1,5'; {DOLLARS}"),
    ],
)
def test_a_price_that_is_none_is_named(price: str, mistake: str) -> None:
    assert mistakes(f"prices: [{price}]") == [f"prices, entry 1: {mistake}"]


def test_a_price_that_is_stated_twice_is_named() -> None:
    assert mistakes('prices: [{to: "+1", page: "1"}, {to: "+1", page: "2"}]') == [
        "prices, entry 2: '+1' is in the file twice"
    ]


@pytest.mark.parametrize("text", ["", "[]", "x", "1", "organisations: []", "users: []\n1: []"])
def test_a_file_of_another_shape_is_refused(text: str) -> None:
    assert mistakes(text) == [
        "the file must be a mapping with the sections organizations, prices, users, extensions, apps, tokens, and no "
        "others"
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("users: [\n", "the file is not YAML; see line 2, column 1"),
        (f"apps: [{{secret: {SECRET}]", "the file is not YAML; see line 1, column 49"),
        (f'apps: [{{secret: "{SECRET}}}]', "the file is not YAML; see line 1, column 52"),
        (f"apps:\n  secret: *{SECRET}", "the file is not YAML; see line 2, column 13"),
        (f"apps:\n  secret: !{SECRET}", "the file is not YAML; see line 2, column 11"),
        ("users: \0", "the file is not YAML"),
    ],
)
def test_a_file_that_is_not_yaml_is_refused_with_the_place_and_nothing_that_stands_there(
    text: str, mistake: str
) -> None:
    assert mistakes(text) == [mistake]


@pytest.mark.parametrize("text", ["users: !!python/object/apply:os.getcwd []", "users: &a [*a]"])
def test_a_file_that_is_more_than_data_is_refused(text: str) -> None:
    mistakes(text)


@pytest.mark.parametrize(
    ("budget", "mistake"),
    [
        ("x", "must have rate, burst, daily, and nothing else"),
        ("", "must have rate, burst, daily, and nothing else"),
        ("{rate: 1, burst: 1}", "must have rate, burst, daily, and nothing else"),
        ("{rate: 1, burst: 1, daily: 1, monthly: 1}", "must have rate, burst, daily, and nothing else"),
        ("{rate: 0, burst: 1, daily: 1}", "'s rate is 0; it must be a number from 1 to 10000"),
        ("{rate: 10001, burst: 1, daily: 1}", "'s rate is 10001; it must be a number from 1 to 10000"),
        ("{rate: 1.5, burst: 1, daily: 1}", "'s rate is 1.5; it must be a number from 1 to 10000"),
        ("{rate: 1, burst: 0, daily: 1}", "'s burst is 0; it must be a number from 1 to 5000"),
        ("{rate: 1, burst: true, daily: 1}", "'s burst is True; it must be a number from 1 to 5000"),
        ("{rate: 1, burst: 1, daily: -1}", "'s daily is -1; it must be a number from 0 to 2000000000"),
        ("{rate: 1, burst: 1, daily: none}", "'s daily is 'none'; it must be a number from 0 to 2000000000"),
    ],
)
def test_a_budget_is_three_whole_numbers(budget: str, mistake: str) -> None:
    words = f"budget{mistake}" if mistake.startswith("'") else f"budget {mistake}"
    assert mistakes(f'organizations: [{{id: "1", budget: {budget}}}]') == [f"organizations, entry 1: {words}"]
    assert mistakes(f"{_USERS}apps: [{{key: a, owner: alice, budget: {budget}}}]") == [f"apps, entry 1: {words}"]


_USERS = """
organizations: [{id: "0003"}, {id: "0004"}]
users: [{id: alice, organization: "0003"}, {id: carol, organization: "0004"}]
"""
_MAY_APP = "must have key, owner; may have budget, context, enabled, key, owner, sandbox, secret"
_SECRET_RULE = "apps, entry 1: secret must be text of 1 to 512 of A-Za-z0-9-._~"  # noqa: S105  (a mistake's words)
_QUOTES = " (write it in quotes, or YAML drops its leading zeros)"
_NAMED = "it must be text of 1 to 60 characters in one line"
_ZONE = "it must be a name of the IANA's, such as Europe/Berlin"
_NUMBER = 'it must be text of + and 7 to 15 digits, such as "+493023125000"'
_MAY_EXTENSION = "must have number, owner; may have callerId, fax, number, owner, type"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("organizations: x", "organizations: must be a list"),
        ("organizations: {id: x}", "organizations: must be a list"),
        (
            "organizations: [x]",
            ORGANIZATION,
        ),
        (
            "organizations: [{name: x}]",
            ORGANIZATION,
        ),
        (
            'organizations: [{id: "1", nmae: x}]',
            ORGANIZATION,
        ),
        ("organizations: [{id: abc}]", "organizations, entry 1: id is 'abc'; it must be text of 1 to 16 digits"),
        ('organizations: [{id: ""}]', "organizations, entry 1: id is ''; it must be text of 1 to 16 digits"),
        (
            f'organizations: [{{id: "{"1" * 17}"}}]',
            f"organizations, entry 1: id is '{'1' * 17}'; it must be text of 1 to 16 digits",
        ),
        ("organizations: [{id: }]", "organizations, entry 1: id is None; it must be text of 1 to 16 digits"),
        ('organizations: [{id: "1"}, {id: "1"}]', "organizations, entry 2: '1' is in the file twice"),
        *(
            (f'organizations: [{{id: "1", faxName: {name}}}]', f"organizations, entry 1: faxName is {shown}; {_NAMED}")
            for name, shown in (
                ('""', "''"),
                ("", "None"),
                ('"  "', "'  '"),
                ("12", "12"),
                ('"a\\nb"', r"'a\nb'"),
                ("n" * 61, f"'{'n' * 61}'"),
            )
        ),
        *(
            (f'organizations: [{{id: "1", timeZone: {zone}}}]', f"organizations, entry 1: timeZone is {shown}; {_ZONE}")
            for zone, shown in (
                ("CEST", "'CEST'"),
                ("europe/berlin", "'europe/berlin'"),
                ("", "None"),
                ("+1", "1"),
                ("America", "'America'"),
                ("../etc/passwd", "'../etc/passwd'"),
                ("[UTC]", "['UTC']"),
                ("localtime", "'localtime'"),
            )
        ),
        *(
            (f"{before}callerId: {number}}}]", f"{where}, entry 1: callerId is {shown}; {_NUMBER}")
            for before, where in (
                ('organizations: [{id: "1", ', "organizations"),
                (_USERS + "extensions: [{number: 0003*210, owner: alice, ", "extensions"),
            )
            for number, shown in (
                ("+493023125000", "493023125000"),
                ("'030 23125000'", "'030 23125000'"),
                ("", "None"),
                ("'+49302'", "'+49302'"),
                (f"'+{'1' * 16}'", f"'+{'1' * 16}'"),
                ("'+0302312500'", "'+0302312500'"),
            )
        ),
        (
            'organizations: [{id: "1"}]\nusers: [{id: "@me", organization: "1"}]',
            "users, entry 1: id is '@me'; it must be text of 1 to 64 of A-Za-z0-9._-",
        ),
        (
            f'organizations: [{{id: "1"}}]\nusers: [{{id: {"a" * 65}, organization: "1"}}]',
            f"users, entry 1: id is '{'a' * 65}'; it must be text of 1 to 64 of A-Za-z0-9._-",
        ),
        (
            'organizations: [{id: "1"}]\nusers: [{id: a, organization: "1"}, {id: a, organization: "1"}]',
            "users, entry 2: 'a' is in the file twice",
        ),
        (
            'users: [{id: alice, organization: "0003"}]',
            "users, entry 1: organization is '0003', which the file does not define",
        ),
        ("users: [{id: alice}]", "users, entry 1: must have id, organization; may have id, organization"),
        (_USERS + "extensions: [{owner: alice}]", f"extensions, entry 1: {_MAY_EXTENSION}"),
        (
            _USERS + "extensions: [{number: 0003*1, owner: alice, kind: queue}]",
            f"extensions, entry 1: {_MAY_EXTENSION}",
        ),
        (
            _USERS + "extensions: [{number: 0003*210, owner: nobody}]",
            "extensions, entry 1: owner is 'nobody', which the file does not define",
        ),
        (
            _USERS + 'extensions: [{number: "210", owner: alice}]',
            "extensions, entry 1: number is '210'; it must be text such as 0003*210, at most 32 characters",
        ),
        (
            _USERS + "extensions: [{number: 210, owner: alice}]",
            "extensions, entry 1: number is 210; it must be text such as 0003*210, at most 32 characters",
        ),
        (
            _USERS + f"extensions: [{{number: 0003*{'1' * 28}, owner: alice}}]",
            f"extensions, entry 1: number is '0003*{'1' * 28}'; it must be text such as 0003*210, "
            "at most 32 characters",
        ),
        (
            _USERS + "extensions: [{number: 0004*210, owner: alice}]",
            "extensions, entry 1: number is '0004*210', but its owner is of organization '0003'",
        ),
        (
            _USERS + "extensions: [{number: 0003*210, owner: alice, type: fax}]",
            "extensions, entry 1: type is 'fax'; it must be one of phone_terminal, queue, ivr, voicemail, conference, "
            "callback, calling_card, intercom",
        ),
        (
            _USERS + "extensions: [{number: 0003*210, owner: alice, fax: 1}]",
            "extensions, entry 1: fax is 1; it must be true or false",
        ),
        (
            _USERS + "extensions: [{number: 0003*210, owner: alice}, {number: 0003*210, owner: alice}]",
            "extensions, entry 2: '0003*210' is in the file twice",
        ),
        (_USERS + "apps: [{key: a}]", f"apps, entry 1: {_MAY_APP}"),
        (_USERS + "apps: [{owner: alice}]", f"apps, entry 1: {_MAY_APP}"),
        (_USERS + f"apps: [{{key: a, owner: alice, Secret: {SECRET}}}]", f"apps, entry 1: {_MAY_APP}"),
        (_USERS + "apps: {key: a}", "apps: must be a list"),
        *(
            (
                _USERS + f"apps: [{{key: {key}, owner: alice}}]",
                f"apps, entry 1: key is {shown}; it must be text of 1 to 128 of A-Za-z0-9-._~{hint}",
            )
            for key, shown, hint in (
                ("a b", "'a b'", ""),
                ("a#", "'a#'", ""),
                ('""', "''", ""),
                ("ä", "'ä'", ""),
                ("a" * 129, f"'{'a' * 129}'", ""),
                ("~", "None", ""),
                ("12", "12", _QUOTES),
            )
        ),
        (
            _USERS + "apps: [{key: a, owner: nobody}]",
            "apps, entry 1: owner is 'nobody', which the file does not define",
        ),
        *(
            (
                _USERS + f"apps: [{{key: a, owner: alice, context: {context}}}]",
                f"apps, entry 1: context is {shown}; it must be one of user, organization, global",
            )
            for context, shown in (("everyone", "'everyone'"), ("User", "'User'"), ("", "None"), ("[user]", "['user']"))
        ),
        *(
            (
                _USERS + f"apps: [{{key: a, owner: alice, enabled: {enabled}}}]",
                f"apps, entry 1: enabled is {shown}; it must be true or false",
            )
            for enabled, shown in (("1", "1"), ("'no'", "'no'"), ("", "None"))
        ),
        *(
            (
                _USERS + f"apps: [{{key: a, owner: alice, sandbox: {sandbox}}}]",
                f"apps, entry 1: sandbox is {shown}; it must be true or false",
            )
            for sandbox, shown in (("1", "1"), ("'yes'", "'yes'"), ("", "None"))
        ),
        (
            _USERS + "apps: [{key: a, owner: alice}, {key: a, owner: carol}]",
            "apps, entry 2: 'a' is in the file twice",
        ),
        *(
            (_USERS + f"apps: [{{key: a, owner: alice, secret: {secret}}}]", _SECRET_RULE)
            for secret in ("", '""', f'"{SECRET} "', f"{SECRET}/", "ä" * 32, "a" * 513, f"[{SECRET}]")
        ),
        (_USERS + f"apps: [{{key: a, owner: alice, secret: {'7' * 60}}}]", _SECRET_RULE + _QUOTES),
        (
            _USERS + f"apps: [{{key: a, owner: alice, secret: {SECRET[1:]}}}]",
            "apps, entry 1: secret is too weak: 31 of an alphabet of 66 characters hold at most 187 bits; the least is "
            "190. Leave it out to have a strong one drawn",
        ),
        (
            _USERS + f"apps: [{{key: a, owner: alice, secret: {SECRET[:16] * 2}}}]",
            "apps, entry 1: secret is too weak: a part of 8 characters is in it twice. Leave it out to have a strong "
            "one drawn",
        ),
        (_USERS + "tokens: [{name: a}]", "tokens, entry 1: must have name, user; may have days, name, user"),
        (
            _USERS + "tokens: [{name: a b, user: alice}]",
            "tokens, entry 1: name is 'a b'; it must be text of 1 to 64 of A-Za-z0-9._-",
        ),
        (
            _USERS + "tokens: [{name: a, user: nobody}]",
            "tokens, entry 1: user is 'nobody', which the file does not define",
        ),
        *(
            (
                _USERS + f"tokens: [{{name: a, user: alice, days: {days}}}]",
                f"tokens, entry 1: days is {shown}; it must be a number from 1 to 3650",
            )
            for days, shown in (("0", "0"), ("3651", "3651"), ("1.5", "1.5"), ("yes", "True"), ('"30"', "'30'"))
        ),
        (
            _USERS + "tokens: [{name: a, user: alice}, {name: a, user: carol}]",
            "tokens, entry 2: 'a' is in the file twice",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, mistake: str) -> None:
    assert mistakes(text) == [mistake]


@pytest.mark.parametrize("written", ["0003", "0010"])
def test_a_number_gets_the_hint_to_quote_it_which_does_not_repeat_what_yaml_made_of_it(written: str) -> None:
    """YAML reads 0010 as 8; who followed a hint to write "8" would import another organization."""
    [mistake] = mistakes(f"organizations: [{{id: {written}}}]")
    assert "in quotes" in mistake
    assert f'"{int(written, 8)}"' not in mistake


@pytest.mark.parametrize(
    "text",
    [
        'organizations: [{id: "0003"}]\nusers: [{id: alice, organization: 0003}]',
        'organizations: [{id: "1"}]\nusers: [{id: "241", organization: "1"}]\nextensions: [{number: 1*1, owner: 241}]',
        'organizations: [{id: "1"}]\nusers: [{id: "241", organization: "1"}]\napps: [{key: a, owner: 241}]',
        'organizations: [{id: "1"}]\nusers: [{id: "241", organization: "1"}]\ntokens: [{name: a, user: 241}]',
    ],
    ids=["organization", "owner", "app's owner", "user"],
)
def test_a_reference_that_yaml_read_as_a_number_gets_the_hint_to_quote_it(text: str) -> None:
    [mistake] = mistakes(text)
    assert "in quotes" in mistake


def test_all_mistakes_of_a_file_are_named_at_once() -> None:
    text = """
organizations:
  - id: "0003"
  - id: abc
  - "x"
users:
  - {id: alice, organization: "0003"}
  - {id: a b, organization: "0009"}
extensions:
  - {number: 0003*210, owner: alice}
  - {number: "210", owner: alice}
  - {number: 0003*211, owner: nobody}
apps:
  - {key: "", owner: nobody, context: all, enabled: 0, secret: x}
  - {key: a, owner: alice, secret: secret}
tokens:
  - {name: a, user: alice, days: 0}
  - {name: "", user: nobody}
"""
    assert mistakes(text) == [
        "organizations, entry 2: id is 'abc'; it must be text of 1 to 16 digits",
        ORGANIZATION.replace("entry 1", "entry 3"),
        "users, entry 2: id is 'a b'; it must be text of 1 to 64 of A-Za-z0-9._-",
        "users, entry 2: organization is '0009', which the file does not define",
        "extensions, entry 2: number is '210'; it must be text such as 0003*210, at most 32 characters",
        "extensions, entry 3: owner is 'nobody', which the file does not define",
        "apps, entry 1: key is ''; it must be text of 1 to 128 of A-Za-z0-9-._~",
        "apps, entry 1: owner is 'nobody', which the file does not define",
        "apps, entry 1: secret is too weak: 1 of an alphabet of 26 characters hold at most 4 bits; the least is 190. "
        "Leave it out to have a strong one drawn",
        "apps, entry 1: context is 'all'; it must be one of user, organization, global",
        "apps, entry 1: enabled is 0; it must be true or false",
        "apps, entry 2: secret is too weak: 6 of an alphabet of 26 characters hold at most 28 bits; the least is 190. "
        "Leave it out to have a strong one drawn",
        "tokens, entry 1: days is 0; it must be a number from 1 to 3650",
        "tokens, entry 2: name is ''; it must be text of 1 to 64 of A-Za-z0-9._-",
        "tokens, entry 2: user is 'nobody', which the file does not define",
    ]


def test_all_mistakes_of_one_extension_are_named_at_once() -> None:
    text = _USERS + 'extensions: [{number: "210", owner: nobody, type: phone, fax: "no"}]'
    kinds = "phone_terminal, queue, ivr, voicemail, conference, callback, calling_card, intercom"
    assert sorted(mistakes(text)) == [
        "extensions, entry 1: fax is 'no'; it must be true or false",
        "extensions, entry 1: number is '210'; it must be text such as 0003*210, at most 32 characters",
        "extensions, entry 1: owner is 'nobody', which the file does not define",
        f"extensions, entry 1: type is 'phone'; it must be one of {kinds}",
    ]


def test_a_report_shows_what_was_done_and_each_new_secret_and_token_once(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(
        Report(
            added=("user alice", "app office"),
            changed=("extension 0003*210",),
            rotated=("app example",),
            unchanged=3,
            secrets={"office": "the-secret"},
            tokens={"example": "the-token"},
        )
    )
    assert capsys.readouterr().out == (
        "    added     user alice\n"
        "    added     app office\n"
        "    changed   extension 0003*210\n"
        "    rotated   app example; tokens issued under its old secret end within AuthorizerCacheSeconds\n"
        "    unchanged 3\n"
        "    app office: the-secret   (shown this once)\n"
        "    token example: the-token   (shown this once)\n"
    )
