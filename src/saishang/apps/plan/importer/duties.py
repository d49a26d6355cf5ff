"""Recurring duties (who reports what to whom, when, with a copy to whom) and promises without a number."""

# ruff: noqa: E501 - long expressions over Chinese words
from __future__ import annotations

import re
from dataclasses import replace

from saishang.apps.plan.importer.document import Commitment, Duty
from saishang.apps.plan.importer.quantities import find_years
from saishang.apps.plan.importer.targets import Carry
from saishang.apps.plan.importer.text import clean, normalise, protected_spans, split_sentences

__all__ = ["commitments_in", "duties_in"]

_OFTEN = (
    r"每年(?:度)?(?:的)?(?:(?:\d{1,2}月(?:份|底|末|\d{1,2}日?)?[、和])*(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份)?(?:\d{1,2}日)?(?:上旬|中旬|下旬)?(?:底|末)?(?:之前|以前|前)?|年底前?|年末|年初|第[一二三四]季度(?:末)?|[一二三四]季度|上半年|下半年)?|"
    r"(?:每|按)(?:半年|季度|季|月|周|旬|日|两年|三年)(?:度)?(?:[一二三四五六日]前|第[一二三]个?月\d{1,2}日(?:之?前)?|(?:首月|末月|次月|下月|最后一个月)?\d{1,2}日(?:之?前)?|[末底]\d{1,2}日(?:之?前)?|底前|底|末|初|结束后\d{1,2}个?(?:工作)?日内)?|逐月|逐季|逐年|按年度?|年度|定期|半年一次|一季度一次|(?:半年|月|季度|季|年终|年度|年|周|旬)(?:调度|通报|考核|评估|排名|会商|小结|总结)(?!的|机制|制度)|"
    r"每个?(?:季度|月|年度|半年)(?:底|末|初)?(?:前)?|每(?:隔)?(?:\d{1,2}|[两二三四五])(?:个月|年)"
)
_DATE = r"(?:于|在)?(?:\d{1,2}月(?:\d{1,2}日|底|末)?(?:之?前)?[、和及])*(?:(?:19|20)\d\d年|当年|次年|翌年)?(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:\d{1,2}日|底|末|份)?(?:之前|以前|前)|(?:于|在)?(?:次年|年)(?:底|末)前|(?:于|在)?(?:19|20)\d\d年(?:底|末)?前"
_WHEN = re.compile(rf"(?P<often>{_OFTEN})|(?P<date>{_DATE})")
_VERB = re.compile(
    "报告|上报|报送|报备|报(?=[省市区县自国生领党上])|备案|通报|公布|公开|发布|考核|评估|评价|调度|检查|督查|核查|督导|总结|自查|自评|审议|汇报|讲评|提交|排名|执法检查|巡查|巡林|巡河|巡湖|排查|抽查(?!比例|率|合格)|会商|公示|述职|听取|编制"
)
_ADDRESSEE = r"(?:[^，。；、]{0,40}?(?:[省市县区州]委[省市县区州](?:人民)?政府|小组办公室|小组|办公室|委员会|委员会|政府|厅|局|委(?!员会|农|办|政法|组织|宣传|全面|生态|社会)|部(?!门)|常委会|党组|指挥部|专班|联席会议|省委|市委|办(?=报|提|汇|反|$|[，。；、）)])|社会|公众|国务院|党中央)(?:办公室|常务会议|常委会会议)?(?:[\u4e00-\u9fff]{0,10}(?:主管|行政|监管)部门)?(?:[、和及](?:[^，。；、]{0,20}?(?:小组|办公室|政府|厅|局|国务院|人大|政协|委员会|委(?!员会)|部(?!门))))*)"
_TO = re.compile(
    r"(?:向|反馈(?:给|至)?|报(?!告)送?至?|报告(?=(?:省|市|县|区|州|自治区|国务院)[^，。；、]{0,12}(?:政府|委|厅|局|办|院))|上报至?|提交至?|报请)(?P<to>"
    + _ADDRESSEE
    + ")"
)
#: 报送工作台账至区生态环境局: what is sent stands before the addressee.
_TO_BEHIND = re.compile(r"(?:报送|上报|提交|反馈)[^，。；至]{1,20}(?:至|到|给)(?P<to>" + _ADDRESSEE + ")")
_COPY = re.compile(r"(?:并)?抄(?:送|报)(?P<copy>[^，。；]{2,40})")
_WHO = re.compile(
    r"^(?P<who>(?:由)?(?:各|省|市|自治区|县|有关|相关|牵头|责任|全)[^，。；]{1,38}?)(?=(?:要|应|应当|须|需|负责|于|在)?(?:每|按|定期|逐|(?:19|20)\d\d年|\d{1,2}月|年底|于|年度))"
)
#: Where the next duty of a sentence begins: 每月调度、每季度通报; 每年开展自评，并于次年1月底前报送….
_NEXT_MOMENT = re.compile(
    "[；;]|，(?=[^，。；]{0,14}(?:每[年月周季半]|按月|按季|逐月|逐季))|、(?=每(?:年|月|周|季度|半年)[^、，。；]{2})|、(?=(?:半年|月|季度|季|年终|年|周|旬)(?:调度|通报|考核|评估|排名|会商|小结|总结|报告))"
    r"|，(?=(?:19|20)\d\d年[^，。；]{0,14}(?:开展|进行|组织|完成))"
    r"|，(?=年度[^，。；]{2,8}(?:结果|报告))|，(?=[^，。；]{2,14}(?:于|在)(?:次年|翌年|每年)[^，。；]{0,8}前)"
    "|，(?=(?:并|且|再)?(?:应|须|要)?(?:于|在)?(?:次年|翌年|当年|年底|年末)[^，。；]{0,8}前)"
)
_TWO_MOMENTS = re.compile(
    r"(?P<first>每年(?:度)?\d{1,2}月(?:\d{1,2}日|底|末)?(?:之?前)?)(?:、|和|及)(?P<second>(?:次年|翌年)\d{1,2}月(?:\d{1,2}日|底|末)?(?:之?前)?)"
)
_WEAK = ("年度", "逐年", "按年", "定期")
#: 建立定期调度机制: a way of working is set up; when it is due is said elsewhere.
_MECHANISM = re.compile("^[^，。；]{0,12}(?:机制|制度|体系)")
_HABIT = re.compile("节约|少用|无车日|步行|骑行|一度电|光盘")
_CAMPAIGN = re.compile("宣传月|活动周|活动月|主题日|宣传日|环境日|生态日")


def duties_in(text: str, at: str) -> list[Duty]:
    """Read the duties of a paragraph: a moment that comes again (or a due date with an addressee) and an act of
    reporting.

    每月/每天 habits in quotes are slogans, not duties.
    """
    found: list[Duty] = []
    for sentence in split_sentences(clean(text)):
        for part in _parts(sentence):
            for told in _apart(part.strip()):
                duty = _read(told, at)
                if duty is not None:
                    found.append(replace(duty, text=part.strip()))
    return found


def _parts(sentence: str) -> list[str]:
    """Split where the next duty begins; what stands in quotes (“月调度、季通报”) is a name and stays whole."""
    names = protected_spans(sentence)
    cuts = [m for m in _NEXT_MOMENT.finditer(normalise(sentence)) if not any(a < m.start() < b for a, b in names)]
    starts, ends = [0, *(m.end() for m in cuts)], [*(m.start() for m in cuts), len(sentence)]
    return [sentence[a:b] for a, b in zip(starts, ends, strict=True)]


def _apart(part: str) -> list[str]:
    """于每年7月15日、次年1月15日前分别将…报送…: once for each of the two moments."""
    two = _TWO_MOMENTS.search(normalise(part))
    if two is None:
        return [part]
    before, behind = part[: two.start()], part[two.end() :].removeprefix("分别")
    return [f"{before}{part[two.start(n) : two.end(n)]}{behind}" for n in ("first", "second")]


def _read(sentence: str, at: str) -> Duty | None:
    """Give the duty of a part of a sentence: the first moment behind which something is to be done then."""
    plain = normalise(sentence)
    names = protected_spans(plain)
    moments = [m for m in _WHEN.finditer(plain) if not any(a <= m.start() < b for a, b in names)]
    moments.sort(key=lambda m: m.group("often") in _WEAK)
    if _HABIT.search(plain):
        return None
    return next((d for m in moments if (d := _at_moment(sentence, plain, m, at)) is not None), None)


def _at_moment(sentence: str, plain: str, when: re.Match[str], at: str) -> Duty | None:
    told = re.fullmatch(
        "(?:半年|月|季度|季|年终|年度|年|周|旬)(?:调度|通报|考核|评估|排名|会商|小结|总结)", when.group(0)
    )
    verb = _VERB.search(plain, when.end() - 2 if told else when.end())
    to, copy = _TO_BEHIND.search(plain) or _TO.search(plain), _COPY.search(plain)
    if to and re.search("(?:重大|重要)(?:情况|事项|问题)[^，。；]*$", plain[: to.start()]):
        to = None  # 每年考核，重大情况及时向…报告: the report is not the yearly duty
    if to and copy and "汇总" in plain[to.end() : copy.start()]:
        copy = None  # 报市生态环境局，由其汇总后报市政府并抄送…: the copy is of the second report
    if verb is None:
        return None
    if re.match("每[日天]", when.group(0)) and not (to or re.search("报|调度|会商|公示|公布", verb.group(0))):
        return None  # 每日路检路查: how the work is done
    recurring = when.group("often") is not None
    weak = when.group("often") in _WEAK
    between = plain[when.end() : verb.start()]
    if "。" in between or len(between) > 45 or (between.count("，") > 1 and not to):
        return None
    if weak and not (to or copy) and (len(between) > 12 or verb.group(0) in ("编制", "更新", "监测")):
        return None
    if weak and not (to or copy) and _MECHANISM.match(plain[when.end() :]):
        return None
    if when.group("often") == "年度" and not to:
        return None
    if not recurring and not (to or copy):
        return None
    said = when.group(0).removeprefix("于").removeprefix("在")
    who = _WHO.match(plain.lstrip("，"))
    what = plain[when.end() :].strip("，。； ")
    if copy:
        what = what[: what.find(copy.group(0))] if copy.group(0) in what else what
    if to:
        what = what.replace(to.group(0), to.group(0)[: to.start("to") - to.start()].replace("向", ""), 1)
    if to:
        what = re.sub("(?<=.)[报向]$", "", what)
    what = re.sub(r"^(?:前|底前|，|要|应|须|将|对)", "", what).strip("，。； ")
    return Duty(
        what=what,
        when=said,
        to=clean(to.group("to")) if to else None,
        copy=clean(copy.group("copy")).rstrip("。） )") if copy else None,
        who=clean(who.group("who")).removeprefix("由") if who else None,
        at=at,
        recurring=recurring,
        text=sentence,
    )


# --- Promises without a number ---------------------------------------------------------------------------------------

_STATE = re.compile(
    r"(?P<coverage>全覆盖|应登尽登|应收尽收|应治尽治|应接尽接|应查尽查|应保尽保|动态清零|清零|全收集|全处理|全消除|零直排|全面消除|基本消除|覆盖全[区省市县]|全面(?:实行|推行|实施|建立)(?=[^，。；]{2,20}制))"
    r"|(?P<grade>(?:清洁生产)?[ⅠⅡⅢⅣⅤIV一二三]级水平|国家?[ⅠⅡ一二]级(?:标准)?|(?:国内|国际|全国|世界|行业)?(?:先进|领先)水平|[ⅠⅡⅢ]类(?:标准|水质)?(?=[，。；]))"
    r"|(?P<qualitative>基本(?:建成|形成|建立|实现|完善|健全|稳定)|全面建成|初步(?:形成|建成|建立)|(?:总体|稳定)?达标|稳中向好|持续改善|全面改善|根本好转|明显(?:下降|改善|提升|提高|增强|减少)|显著(?:下降|改善|提升|提高|增强|减少)|"
    r"得到(?:有效|全面|基本|明显)?(?:保障|管控|保护|控制|治理|改善|提升|遏制)|更加稳定|碳达峰|碳中和|保持稳定)"
)
_STAGE = re.compile(
    r"“?(十[一二三四五六七])五”?(?:期间|时期)?(?P<how>[^，。；、“”]{2,12})[、，](?:实现|推动|达到)?(?P<state>[^，。；、“”]{4,20})"
)


def commitments_in(text: str, at: str) -> list[Commitment]:
    """Read stage goals, full-coverage wording, grades and states with a year: targets no number can express."""
    found: list[Commitment] = []
    carry = Carry()
    for sentence in split_sentences(clean(text)):
        plain = normalise(sentence)
        stages = [
            m
            for m in _STAGE.finditer(plain)
            if re.search("攻坚|巩固|提升|改善|好转|形成", m.group("how") + m.group("state"))
        ]
        numbers = {"十二": 2015, "十三": 2020, "十四": 2025, "十五": 2030, "十六": 2035, "十七": 2040}
        if len(stages) >= 2:
            found.extend(
                Commitment(
                    at,
                    f"“{m.group(1)}五”",
                    f"{m.group('how')}，{m.group('state')}",
                    "stage",
                    numbers.get(m.group(1)),
                    False,
                    sentence,
                )
                for m in stages
            )
            continue
        position = 0
        for clause in re.split("(?<=[，；。])", plain):
            goals = [y for y in find_years(clause) if y.kind == "goal"]
            if goals:
                carry.years = goals[-1].years
            state = _STATE.search(clause)
            position += len(clause)
            if state is None or re.search(r"\d[\d.]*\s*(?:%|微克|个百分点)|已", clause):
                continue
            kind = next(k for k in ("coverage", "grade", "qualitative") if state.group(k))
            year = carry.years[-1] if carry.years else None
            if kind == "qualitative" and year is None:
                continue
            subject = clause[: state.start()]
            for mark in reversed(find_years(subject)):
                subject = subject[mark.end :] if mark.kind != "base" else subject
                break
            # 建成覆盖全区的监测网络: what covers stands behind.
            behind = re.match("的([^，。；]+)", clause[state.end() :])
            if state.group(0).startswith("覆盖") and behind:
                subject = behind[1]
            subject = re.sub(
                "^[，、]*(?:力争|推动|逐步|实现|实现了|确保|努力)*(?:实现)?"
                "|(?:力争|努力)?(?:实现|达到|得到|处于|保持)$|[“‘]$",
                "",
                subject,
            ).strip("，、 ")
            if subject:
                found.append(Commitment(at, subject, state.group(0), kind, year, "力争" in clause, sentence))
    return found
