"""What the pages about sources share: what an address asks for; words for winds, seasons, directions, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from saishang.apps.indicators import origin
from saishang.apps.indicators.queries import RunFacts
from saishang.web import texts
from saishang.web.pages import site
from saishang.web.pages.air_common import ITEMS, choice, choose_city, decimals, tabs
from saishang.web.pages.runs import chosen_run, with_run

__all__ = [
    "Asked", "asked", "direction_name", "limits", "of_kind", "percent", "probability", "reason_words", "season_name",
    "sector_names", "settings_of", "told", "wind_name",
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the address asks about, and everything that is kept about it. `rows` None: nothing was made yet."""

    run: RunFacts | None
    rows: Sequence[Mapping[str, Any]] | None
    city: str
    parameter: str
    season: str
    context: dict[str, Any]

    @property
    def city_name(self) -> str:
        """Name of the city."""
        return site.region_name(self.city)

    @property
    def unit(self) -> str:
        """Unit of the item."""
        return str(site.rules().parameters[self.parameter]["unit"])

    def figure(self, value: float | None) -> str:
        """A concentration as text."""
        return "—" if value is None else f"{value:.{decimals(self.parameter)}f}"


def asked(request: HttpRequest, page: str) -> Asked:
    """Run, city, item and season of the address, and what every page of the three shows around it."""
    run = chosen_run(request)
    base: dict[str, Any] = {"tabs": tabs("air-origin"), "run": run, "parts": _parts(request, page)}
    if run is None:
        return Asked(None, None, "", "PM2.5", "all", base)
    rows = origin.read(run.id)
    city = choose_city(request, run)
    parameter = choice(request, "parameter", ITEMS, "PM2.5")
    season = choice(request, "season", origin.SEASONS, "all")
    base |= {
        "made": rows is not None, "cities": [(row["code"], texts.name_of(row)) for row in site.cities(run.region)],
        "city": city["code"] if city is not None else "", "parameter": parameter, "season": season,
        "items": [(code, texts.name_of(site.rules().parameters[code])) for code in ITEMS],
        "seasons": [(name, season_name(name)) for name in origin.SEASONS],
    }  # fmt: skip
    return Asked(run, rows, base["city"], parameter, season, base)


def _parts(request: HttpRequest, page: str) -> list[tuple[str, str, bool]]:
    entries = [
        ("air-origin", _("按风向风速")), ("air-origin-paths", _("气团轨迹")),
        ("air-origin-links", _("城市间输送与臭氧")),
    ]  # fmt: skip
    return [(words, with_run(reverse(name), request), name == page) for name, words in entries]


def of_kind(rows: Sequence[Mapping[str, Any]], kind: str, **equal: Any) -> list[Mapping[str, Any]]:
    """Rows of a kind whose fields are equal to what is asked."""
    return [row for row in rows if row["kind"] == kind and all(row.get(k) == v for k, v in equal.items())]


def settings_of() -> Mapping[str, Any]:
    """The settings of `rules/origin.yaml`."""
    found: Mapping[str, Any] = site.rules().document("origin")["origin"]
    return found


def season_name(season: str) -> str:
    """Words for a season."""
    return {
        "all": _("全年"), "heating": _("采暖期（11 月至次年 3 月）"), "warm": _("非采暖期（4 至 10 月）"),
    }.get(season, season)  # fmt: skip


def wind_name(kind: str, station: str = "") -> str:
    """Words for a wind."""
    if kind == "reanalysis":
        return _("再分析日均风（模式分析，各省平均后插值）")
    name = station
    for row in site.rules().table(f"sites/{site.site()}/met_stations").rows:
        if str(row["code"]) == station:
            name = f"{texts.name_of(row)} {station}"
    if kind == "station":
        return _("%(name)s站：日平均风速和当日最大风速的风向") % {"name": name}
    return _("%(name)s站：逐小时风向风速") % {"name": name}


def sector_names(count: int) -> list[str]:
    """Names of wind sectors, clockwise from north; degrees where the compass has no name."""
    names = _("北 北东北 东北 东东北 东 东东南 东南 南东南 南 南西南 西南 西西南 西 西西北 西北 北西北").split()
    if count in (8, 16):
        return [names[n * 16 // count] for n in range(count)]
    return [f"{n * 360 / count:g}°" for n in range(count)]


def direction_name(octant: str) -> str:
    """Words for an octant."""
    return sector_names(8)[("N", "NE", "E", "SE", "S", "SW", "W", "NW").index(octant)]


def percent(share: float | None, places: int = 0) -> str:
    """A share as percent."""
    return "—" if share is None else f"{share * 100:.{places}f}"


def probability(p: float | None) -> str:
    """How often chance does the same."""
    if p is None:
        return "—"
    return _("不到 1 %") if p < 0.01 else f"{p * 100:.0f} %"


def reason_words(reason: str) -> str:
    """Why there is nothing, and what would help."""
    return {
        "no_wind": _("没有这个城市可用的风资料：附近没有气象站日值，也没有再分析风场。"),
        "no_value": _("这个时段没有这一项目的有效日均值。"),
        "no_pair": _("有浓度的日子都没有风资料。"),
        "no_field": _("没有风场：载入各省再分析日均风（来源 cn-reanalysis-wind）后重新计算。"),
        "no_day": _("没有一天同时有浓度和到达前完整的风场。"),
        "no_hours": _("不足两个城市有小时浓度。"),
    }.get(reason, reason)


def told(asked: Asked, row: Mapping[str, Any]) -> str:
    """What a polar row rests on, and what was left out and why."""
    unit = _("小时") if row.get("per_day") == 24 else _("天")
    words = _(
        "%(first)s 至 %(last)s：用了 %(used)s %(unit)s；静风 %(calm)s %(unit)s不分风向，"
        "%(no_wind)s %(unit)s有浓度无风，%(no_value)s %(unit)s有风无有效浓度，都不计入。"
    )
    return words % {
        "first": row.get("first", "—"), "last": row.get("last", "—"), "used": row["used"], "unit": unit,
        "calm": row["calm"], "no_wind": row["no_wind"], "no_value": row["no_value"],
    }  # fmt: skip


def limits(part: str) -> tuple[list[str], list[str]]:
    """(what a block can say, what it cannot)."""
    return {
        "rose": (
            [_("风从哪边来、多大，占多少日子；高浓度的日子又是什么风。")],
            [
                _("风向是一个数代表一整天：站上取当日最大 10 分钟风速的风向，不是平均风向；一天里风向转了看不出来。"),
                _("气象日从前一天 20 时算起，浓度按自然日，两者差四小时；再分析的“日”很可能是世界时。"),
            ],
        ),
        "cpf": (
            [
                _("风从某一方向来时，浓度高过所选百分位的日子占几成，以及这个比例的置信区间。"),
                _("“突出”指把浓度序列相对风序列整体错开后，靠偶然很少能在任何方向达到这样的超出。"),
            ],
            [
                _("方向上可能有源，但远近不知、是什么源不知；两个源在同一方向分不开。"),
                _("季节、沙尘、静稳天气也会让某个风向浓度高：先看分季节的结果再下判断。"),
                _("浓度含沙尘日的实测值，未剔除沙尘。"),
            ],
        ),
        "plane": (
            [_("同一方向上，风小时高还是风大时高：风小时高多为近处源，风大时高多为远处输送或扬尘。")],
            [
                _("颜色是核平滑后的均值，平滑宽度是设定值；空白处是数据不足，不是浓度为零。"),
                _("日均风速抹平了一天里的变化，图上的“风小”可能是半天静风半天大风。"),
            ],
        ),
        "paths": (
            [_("按近地面日均风倒推，污染日的空气此前大致从哪个方向漂来；与所有日子相比哪些网格更常被经过。")],
            [
                _("再分析资料的“日”很可能按世界时划分（8 时至次日 8 时），这里当作当地日，时间上可能差到 8 小时。"),
                _("没有垂直运动、没有混合和沉降；风是各省平均后再插值的模式分析，山谷风、绕山的气流都不在其中。"),
                _("轨迹的位置误差见下表；误差大过网格时，只能看方向，不能指到县市。"),
                _("经过某地不等于排放在某地；PSCF 沿同一条路径会把源拖成一条尾巴。"),
            ],
        ),
        "lags": (
            [_("顺风的日子里，下风城市是否稳定地晚几个小时；逆风的日子里这种先后是否消失。")],
            [
                _("同一天气过程同时经过几个城市，不输送也会先后起伏；因此比风还快的先后、逆风也有的先后都不算。"),
                _("风只有一个站的日值，代表不了周围每一处；没有提示不等于没有输送，有提示也不是贡献率。"),
            ],
        ),
        "ozone": (
            [_("四种只用臭氧和 NO2 就能看的迹象，各自指向哪一边，各有天数、区间和规则。")],
            [
                _("没有 VOC、NO、NOy、HCHO 观测，这些都只是提示，不能替代 EKMA 或模式诊断。"),
                _("晴热天气同时抬高臭氧、改变 NO2；周末没有按调休和节假日调整。"),
                _("提示互相矛盾时照实写矛盾，不取平均。"),
            ],
        ),
    }[part]
