"""What the radiation pages share: tabs, words and colours of states, the network of a run, the limit curve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import queries
from saishang.apps.indicators.queries import RunFacts
from saishang.science.radiation.emf import EmfLimits
from saishang.science.radiation.from_rules import emf_limits
from saishang.web import texts, wording
from saishang.web.pages import site
from saishang.web.pages.air_common import choice
from saishang.web.pages.charts import Chart
from saishang.web.pages.runs import with_run
from saishang.web.pages.tables import Cell, Column, Table
from saishang.web.reasons import reason_name
from saishang.web.security import may

__all__ = [
    "COLOURS", "INDICATORS", "MEASURES", "Network", "band_text", "calculators", "field_state", "gamma_state",
    "limit_curve", "measures_name", "network", "rain_name", "rules_note", "state_cell", "station_url", "tabs",
]  # fmt: skip

#: Colours of points; dark enough for white beside them. Words stand beside every one.
COLOURS = {"normal": "#2f7d32", "alarm": "#b42318", "rain": "#0c5a8a", "undetermined": "#6b7a86"}
MEASURES = ("gamma", "emf_broadband", "emf_band")
INDICATORS = (
    "radiation.emf_network", "radiation.gamma_capture", "radiation.gamma_alarms", "radiation.emf_over",
    "radiation.emf_share",
)  # fmt: skip
#: Topics of the calculator page.
_CALCULATORS = ("emf_limits", "emf_share", "emf_sum", "emf_power", "gamma_alarm", "source_category", "source_decay",
                "source_stock")  # fmt: skip


@dataclass(frozen=True)
class Network:
    """The stations of a run on one basis; `others` are the bases that there are."""

    run: RunFacts
    basis: str
    bases: tuple[str, ...]
    stations: Mapping[str, Mapping[str, Any]]

    @property
    def invented(self) -> bool:
        """Whether these are stations of a demonstration."""
        return self.basis == "demonstration"

    def of(self, *measures: str) -> list[Mapping[str, Any]]:
        """Stations that measure one of these."""
        return [row for row in self.stations.values() if row["measures"] in measures]

    def rows(
        self, table: str, where: str = "true", values: Sequence[Any] = (), order: str = ""
    ) -> list[dict[str, Any]]:
        """Rows of a table of the run on this basis."""
        return queries.select(self.run.id, table, f"basis = ? and {where}", [self.basis, *values], order)


def network(request: HttpRequest, run: RunFacts) -> Network | None:
    """The network that the page speaks of, measured before invented; None when the run has no stations."""
    rows = queries.select(run.id, "radiation_stations", order="station")
    bases = tuple(name for name in ("measured", "demonstration") if any(row["basis"] == name for row in rows))
    if not bases:
        return None
    basis = choice(request, "basis", bases, bases[0])
    return Network(run, basis, bases, {row["station"]: row for row in rows if row["basis"] == basis})


def tabs(current: str, request: HttpRequest) -> list[tuple[str, str, bool]]:
    """(words, address, current); the ledger of sources for people who are signed in."""
    entries = [("radiation", _("看板"))]
    if may(request, "view_internal"):
        entries.append(("radiation-sources", _("放射源台账报警")))
    return [(words, reverse(name), name == current) for name, words in entries]


def station_url(code: str, request: HttpRequest) -> str:
    """Address of a station's page, about the same run."""
    return with_run(reverse("radiation-station", args=[code]), request)


def measures_name(measures: str) -> str:
    """Words for what a station measures."""
    return {
        "gamma": _("环境γ辐射"), "emf_broadband": _("电磁（宽频）"), "emf_band": _("电磁（选频）"),
    }.get(measures, measures)  # fmt: skip


def band_text(row: Mapping[str, Any]) -> str:
    """`0.1–3000 MHz`, or nothing."""
    if row["band_low"] is None or row["band_high"] is None:
        return ""
    return f"{row['band_low']:g}–{row['band_high']:g} MHz"


def gamma_state(state: str) -> str:
    """Words for the verdict of a gamma day."""
    return {
        "normal": _("正常"), "alarm": _("本底报警"), "rain": _("升高（降雨冲刷）"), "undetermined": _("无法判定"),
    }.get(state, state)  # fmt: skip


def field_state(attains: bool | None) -> tuple[str, str]:
    """(state, words) of an electromagnetic day: `normal`, `alarm` over the limit, `undetermined`."""
    if attains is None:
        return "undetermined", _("无法判定")
    return ("normal", _("达标")) if attains else ("alarm", _("超过限值"))


def state_cell(state: str, words: str, reason: str | None = "") -> Cell:
    """A verdict with the reason where there is none."""
    return Cell(words, note=reason_name(reason) if reason else "", valid=state != "undetermined")


def rain_name(rain: str) -> str:
    """Whether rain fell with an alarm."""
    return {"yes": _("有降雨"), "no": _("无降雨"), "unknown": _("降雨情况不明")}.get(rain, rain)


def rules_note() -> str:
    """How background and alarm are made, with the figures of the rules."""
    document = site.rules().document("standards/radiation/radiation")
    gamma, stations = document["gamma"], document["stations"]
    return _(
        "本底取本站此前 %(days)s 天的有效小时值（不含已确认报警的小时，不足 %(least)s 小时不建立本底），"
        "阈值为均值加 %(sigmas)s 倍标准差，连续 %(row)s 个小时高于阈值为报警；有降雨的另行标记。"
        "有效小时达到应测的 %(share)s%% 为有效日。"
    ) % {
        "days": stations["window_days"], "least": stations["window_hours"], "sigmas": gamma["sigmas"],
        "row": gamma["in_a_row"], "share": stations["capture_percent"],
    }  # fmt: skip


def calculators() -> list[tuple[str, str]]:
    """(words, address) of the calculators of radiation."""
    from saishang.science.calc import find_topic

    found = [find_topic(name) for name in _CALCULATORS]
    return [(texts.both(topic.zh, topic.en), reverse("calculators-topic", args=[topic.name])) for topic in found]


def limit_curve(on: date, stations: Iterable[Mapping[str, Any]], highest: Mapping[str, float]) -> Chart:
    """GB 8702: the limit of the electric field over frequency, and each station's highest value across its band.

    Parameters
    ----------
    stations:
        Electromagnetic stations with band and limit.
    highest:
        Station → highest value [V/m].
    """
    limits = emf_limits(site.rules(), on)
    curve = [list(point) for point in _curve(limits)]
    drawn = [
        {
            "name": f"{row['station']} {row['name']}",
            "data": [[row["band_low"], round(highest[row["station"]], 3)],
                     [row["band_high"], round(highest[row["station"]], 3)]],
        }
        for row in stations
        if row["band_low"] and row["band_high"] and highest.get(row["station"])
    ]  # fmt: skip
    spec = {
        "kind": "curve", "unit": "V/m",
        "series": [
            {"name": _("公众曝露控制限值 %(name)s") % {"name": limits.name}, "data": curve, "bound": True}, *drawn,
        ],
    }  # fmt: skip
    label = _("电场强度限值随频率的变化（双对数），横线为各站频段内的最大值；限值的数字列在下面的表里。")
    return Chart("limit-curve", label, spec, _limit_table(limits))


def _curve(limits: EmfLimits) -> Iterable[tuple[float, float]]:
    for band in limits.bands:
        for edge in (band.low, band.high):
            yield float(edge / 10**6), float(band.electric.squared(edge)) ** 0.5


def _frequency(hertz: Any) -> str:
    """A frequency [Hz] in the unit that leaves no long row of noughts."""
    size, unit = next(pair for pair in ((10**9, "GHz"), (10**6, "MHz"), (10**3, "kHz"), (1, "Hz")) if hertz >= pair[0])
    return f"{float(hertz) / size:g} {unit}"


def _limit_table(limits: EmfLimits) -> Table:
    """Limits at the edges of each band; the stricter one holds at an edge that belongs to two."""
    columns = [
        Column("low", _("频率自"), row_head=True, nowrap=True), Column("high", _("至"), nowrap=True),
        Column("e_low", _("下端电场强度限值"), "V/m", number=True),
        Column("e_high", _("上端电场强度限值"), "V/m", number=True), Column("source", _("来源")),
    ]  # fmt: skip
    marks = {exact_low(row): row for row in site.rules().table("standards/radiation/emf_limits").rows}
    rows = []
    for band in limits.bands:
        row = marks.get(band.low)
        rows.append(
            {
                "low": _frequency(band.low), "high": _frequency(band.high),
                "e_low": _limit_cell(band.electric.squared(band.low)),
                "e_high": _limit_cell(band.electric.squared(band.high)),
                "source": "" if row is None else Cell(
                    wording.clause(f"{row['source']} {row['clause']}"), mark=row["status"]
                ),
            }
        )  # fmt: skip
    return Table("emf-limits", _("公众曝露控制限值（电场强度）"), columns, rows, tight=True)


def exact_low(row: Mapping[str, Any]) -> Fraction:
    """Lower edge of a row of the limit table [Hz]."""
    from saishang.science.radiation.emf import UNITS

    return Fraction(row["low"]) * UNITS[str(row["f_unit"]).casefold()]


def _limit_cell(square: Fraction) -> Cell:
    value = float(square) ** 0.5
    return Cell(value, text=f"{value:.4g}" if value < 10_000 else f"{value:,.0f}")
