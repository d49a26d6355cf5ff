"""Who owes it: the notes in which a plan names responsible units.

Forms read here: （责任单位：…等部门按职责分工负责）, （A牵头，B、C等配合）, 牵头单位：A；配合单位：B on lines of
their own, ［A、B按职责负责］ in any bracket, one note per sentence or one for a whole section, and the two clauses that
speak about other items: 以下任务均需…落实 and 列第一位者为牵头单位.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from saishang.apps.plan.importer.agencies import AgencyResolver
from saishang.apps.plan.importer.document import Owner
from saishang.apps.plan.importer.text import bracket_pairs, clean, normalise, split_outside

__all__ = ["OwnerNote", "find_owner_notes", "parse_owner_note", "resolve_units", "split_units"]

_LABEL = re.compile(
    r"^(?P<label>(?:省级|区级|市级|县级|自治区)?(?:(?P<lead>牵头(?:负责|责任)?|主办|主责|主要责任|第一责任)|(?P<support>配合|参与|参加|协办|协作|协同|支持|成员|协助)(?:责任)?"
    r"|(?P<guide>指导|督导|业务指导|监督)|(?P<responsible>责任|负责|落实|承办|实施|承担|完成|责任落实|任务)))(?:单位|部门|主体|地区|领导)?(?:及(?:分工|责任人))?\s*[:：]"
)
_LABEL_ANYWHERE = re.compile(
    r"[【\[]?(?:牵头|主办|主责|配合|参与|参加|协办|协作|协同|支持|成员|协助|指导|督导|责任|负责|落实|承办|实施|承担|完成)(?:责任)?(?:单位|部门|主体|地区)\s*(?:[】\]]\s*[:：]?|[:：])"
)
#: 牵头单位 县农业农村局, 责任单位为市水务局: a label without its colon.
_UNMARKED_LABEL = re.compile(
    r"((?:牵头|主办|责任|配合|参与|协办|支持|负责|落实)(?:单位|部门|主体))(为|[ \u3000]+)"
    r"(?=[省市县区自各国中][\u4e00-\u9fff])"
)
#: 省水利厅（牵头）、省财政厅: the role behind the name.
_ROLE_BEHIND = re.compile(
    r"([^、，,；;（）()]{3,20})[（(]((?:共同|联合|均为|并列)?(?:牵头|主办|主责|配合|协办)(?:单位|部门)?)[）)]、?"
)
#: 【牵头单位】市水务局: a label in a box instead of before a colon.
_BOXED_LABEL = re.compile(r"[【\[]\s*([^【】\[\]：:]{2,8}(?:单位|部门|主体|时限|时间|节点|期限))\s*[】\]]\s*[:：]?")
_ROLE_TAIL = re.compile(
    r"(?:(?:分别|共同|联合|各自|具体|主要|根据|依据|依|按照?|依照|结合|在)?(?:各自|本|其)?(?:部门|单位)?(?:职责|职能|权限)(?:范围)?(?:分工|内)?|"
    r"分工|共同|分别|具体|联合|组织|主要|一起|抓好|做好|积极|做好)*"
    r"(?P<verb>负总责|总负责|牵头负责落实|牵头负责|牵头落实|牵头组织实施|牵头组织|牵头推进|牵头|负责牵头|负责组织实施|负责贯彻落实|负责组织落实|负责具体实施|负责落实|负责实施|负责推进|负责|"
    r"配合落实|配合实施|予以配合|配合|参与配合|参与|参加|协同配合|协同推进|协同|协助|支持|落实|贯彻落实|组织实施|实施|推进落实|推进|监督指导|督促指导|加强指导|指导监督|指导|监督|督导)"
    r"(?:实施|落实|工作|推进)?$"
)
_INHERITED = re.compile(
    r"(?:^|[，,；;。])(?P<all>(?:以下|下列|下述|上述|以上|本方案|本计划|本部分|本章|各项)(?:各项|所列|全部|所有)?(?:重点)?(?:目标)?(?:任务|工作|措施|事项|内容)?"
    r"(?:[、和]?(?:任务|工作|措施|事项))?[，,]?(?:均|都|全部)?(?:需要?|须|应|由|涉及|要)*(?:由|需要?|须)?"
    r"(?P<units>[^。；;]*?)(?:共同|分别|按职责|具体)*(?:负责(?:具体)?(?:贯彻)?落实|贯彻落实|负责实施|组织实施|抓好落实|组织落实|负责|落实|配合落实|实施))"
    r"(?:[，,](?:不再|下文不再|以下不再|下同)[^。；;）)]*)?"
)
_FIRST_LEADS = re.compile(
    r"[列排](?:名|在|为)?(?:首位|第一(?:位|个)?)(?:者|的)?(?:责任)?(?:单位|部门)?(?:的)?(?:为|是|作为)(?:该项)?(?:工作|任务)?(?:的)?牵头|"
    r"第一(?:个)?(?:责任)?(?:单位|部门)(?:为|是)牵头|首(?:位|个)(?:责任)?(?:单位|部门)(?:为|是)牵头|排(?:在)?第一(?:位)?的(?:单位|部门)?牵头"
)
_UNIT_END = "厅局委办部会院府关行队社市县区州盟旗位门站司团室组所校处心镇乡地企总园店网"
_UNIT_NAME = re.compile(
    r"(?![^（]*(?:要|应|和|把|将|对|在|为)$)[^，。：；]{1,20}(?:厅|局|委|办|委员会|办公室|政府|管委会|部门|公司|集团|党委|党组|组织部|宣传部|供销联社|供销社|合作社|(?:分局|大队|支队|总队|中心|办事处|总站|银行|支行|分行|法院|检察院|海关|工会|妇联|团委|科协|研究院|乡镇|街道|镇街|园区|专班|电厂|水务|[市县区州盟旗]|（[^）]*）))"
)
_BLANK_BETWEEN = re.compile("(?<=[厅局委办部院府司会社心团行所])[ \u3000]+(?=[省市县区自各国中州][\u4e00-\u9fff]{2})")
_ETC = re.compile(
    r"等(?:(?:省|市|区|自治区|县)?(?:级|直)?(?:有关|相关|各|各有关|各相关)?(?:部门|单位|地区?|市|厅局|部委|企业)?(?:和(?:地区|单位|部门))?)$"
)
#: Ends of a name that say by themselves that it is a body; the second only in a list with one of the first.
_SURE_UNIT = re.compile(
    r"(?:厅|局|委|办|委员会|人民政府|管委会|[市县区]政府|党委[^、]{2,4}部|(?<=..)海关|公司"
    "|^(?:工业和信息化|农业农村|住房(?:和)?城乡建设|自然资源|生态环境|交通运输|财政|水利|商务|科技|公安|教育|民政|司法|应急管理)部)$"
)
_LIKELY_UNIT = re.compile(
    "(?:[\u4e00-\u9fff]{2}部|分院|科学院|研究院|学院|大学|银行|分行|支行|中心|集团|供销社|联社|合作社|总队|支队|大队|总站|办事处|工会|妇联|团委|科协|协会|分局|海关|政府|基地|[市县区州盟旗]|街道|乡镇)$"
)
_LOCAL_HEAD = re.compile(
    r"^(?:各|有关|相关|全[省区市]|所有|沿[黄江河]|地方|试点|重点|辖区)*(?:设区的?|地级(?:及)?(?:以上)?|县级)?(?:市|州|盟|地|区|县|地区)?"
    r"(?:（[^）]*）)?$"
)


@dataclass
class OwnerNote:
    """What one note says: owners of the item, owners of many items, and whether the first unit leads from here on."""

    owners: list[Owner] = field(default_factory=list)
    inherited: list[Owner] = field(default_factory=list)
    first_leads: bool = False


def find_owner_notes(text: str) -> list[tuple[int, int]]:
    """Spans of the notes in a paragraph: brackets that name units, and runs that begin with 责任单位： and the like."""
    plain = _with_colons(normalise(text))
    spans = [
        (a, b)
        for a, b in bracket_pairs(plain)
        if _is_note(plain[a + 1 : b - 1])
        and not _BOXED_LABEL.match(plain, a)
        # 领导小组办公室（市生态环境局）: the bracket says where the office sits.
        and not (
            re.search("(?:办公室|小组|专班|指挥部|平台|中心)$", plain[:a])
            and not re.search("单位|牵头|负责|配合|职责", plain[a:b])
        )
    ]
    for found in _LABEL_ANYWHERE.finditer(plain):
        if any(a <= found.start() < b for a, b in spans):
            continue
        line_end = plain.find("\n", found.end())
        end = len(plain) if line_end < 0 else line_end
        stop = plain.find("。", found.end(), end)
        at = max(plain.rfind(c, 0, found.start()) for c in "。；;\n，")
        start = found.start() if plain[at + 1 : found.start()].strip() else at + 1
        # A full stop ends the note unless more labels follow it on the same line.
        more = stop >= 0 and _LABEL_ANYWHERE.match(plain[stop + 1 : end].strip())
        spans.append((start, stop + 1 if stop >= 0 and not more else end))
    spans.extend(s for s in _spoken_notes(plain) if not any(a < s[1] and s[0] < b for a, b in spans))
    spans.sort()
    merged: list[tuple[int, int]] = []
    for a, b in spans:
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged


#: （省自然资源厅负责，2025年底前完成）, …，时限：2025年6月: when, among the units.
_DUE_PART = re.compile(
    r"[，,；;]\s*(?:(?:完成)?(?:时限|时间|期限|进度)[：:][^，；;。）)]{2,16}|(?:19|20)\d\d年[^，；;。）)、]{0,8}(?:完成|前|底)"
    r"|(?:持续|长期|常态化)(?:推进|实施|开展|坚持|落实)|年底前完成|全年)(?=[）)。，,；;]|$)"
)


def _with_colons(text: str) -> str:
    """Give labels that stand without a colon one; the length does not change."""
    return _UNMARKED_LABEL.sub(lambda m: f"{m.group(1)}：{' ' * (len(m.group(2)) - 1)}", text)


def _spoken_notes(plain: str) -> list[tuple[int, int]]:
    """Sentences without brackets that only say who does it: 市水务局牵头，市财政局等部门配合。"""
    inside = {i for a, b in bracket_pairs(plain) for i in range(a, b)}
    ends = [i + 1 for i, c in enumerate(plain) if c in "。\n" and i not in inside]
    starts = [0, *ends]
    return [
        (a, b) for a, b in zip(starts, [*ends, len(plain)], strict=True) if _says_only_who(plain[a:b].strip("。 \n"))
    ]


def _says_only_who(sentence: str) -> bool:
    if not 5 <= len(sentence) <= 160 or not _ROLE_TAIL.search(sentence):
        return False
    told = False
    for statement in split_outside(sentence, "；;"):
        waiting = False
        for segment in split_outside(statement, "，,"):
            tail = _ROLE_TAIL.search(segment)
            units, _ = split_units(re.sub("^(?:由|并由)", "", segment[: tail.start()] if tail else segment))
            if not units or not all(_is_unit(u) for u in units):
                return False
            waiting, told = tail is None, told or tail is not None
        if waiting:
            return False
    return told


def _is_unit(name: str) -> bool:
    if _UNIT_NAME.fullmatch(name):
        return True
    plain = len(name) <= 20 and not re.search("[，。：；把将对在为]", name)
    return plain and bool(_SURE_UNIT.search(name) or _LIKELY_UNIT.search(name))


def _is_note(inner: str) -> bool:
    text = _DUE_PART.sub("", inner.strip())
    if _LABEL_ANYWHERE.search(text) or _FIRST_LEADS.search(text):
        return True
    if not re.search(rf"[{_UNIT_END}等）)]", text) or ("《" in text and "》" not in text):
        return False
    named = re.search(
        "厅|局|委|办|政府|部门|[\u4e00-\u9fff]部(?=[、，,等牵会负配参按]|$)|管委会|单位|集团|公司|[市县区]", text
    )
    if re.search("牵头|按(?:照)?(?:各自)?职责|分工负责|负责落实|配合|负责$", text) and named and len(text) >= 4:
        return True
    pieces = [p.strip() for p in split_outside(re.sub(_ETC, "", text), "、，,；;")]
    sure = [p for p in pieces if _SURE_UNIT.search(p) and 3 <= len(p) <= 22]
    likely = [p for p in pieces if p not in sure and _LIKELY_UNIT.search(p) and 3 <= len(p) <= 22]
    return bool(sure) and len(sure) + len(likely) == len(pieces)


def parse_owner_note(text: str, resolver: AgencyResolver) -> OwnerNote:
    """Read one note (with or without its brackets)."""
    # 市水务局 市住建局: a blank between two bodies is a comma.
    text = _BLANK_BETWEEN.sub("、", _DUE_PART.sub("", _with_colons(normalise(text))))
    inner = _BOXED_LABEL.sub(r"\1：", clean(text).strip())
    if inner and inner[0] in "（(【[〔［" and bracket_pairs(inner) and bracket_pairs(inner)[0][1] == len(inner):
        inner = inner[1:-1]
    note = OwnerNote(first_leads=bool(_FIRST_LEADS.search(inner)))
    inner = re.sub(
        r"[，,；;。（(]?[^，,；;。（(：:]*" + f"(?:{_FIRST_LEADS.pattern})" + r"[^，,；;。）)]*[）)]?(?:[，,]?下同)?",
        "",
        inner,
    )
    found = _INHERITED.search(inner)
    while found:
        said_at, told = found.start("units"), found.group("units").strip("，, ")
        told = re.sub("^[^。；]*的，(?:由|均由|需由|都由)?(?=.{3})", "", told)  # 涉及各市的，由各市人民政府落实
        if re.search("牵头|配合|参与", told):
            # 以上任务由A牵头，B按职责分工负责，均需C落实: several roles in one clause.
            several = OwnerNote()
            rest = re.match("，(?:均|都|并)(?:需要?|须|由)?([^。；]{2,60}?)(?:抓好|负责)?落实", inner[found.end() :])
            _read_statement(inner[said_at : found.end("all")], resolver, several, None)
            if rest:
                _read_statement(f"{rest.group(1)}落实", resolver, several, None)
                inner = inner[: found.end()] + inner[found.end() + rest.end() :]
            text = found.group(0).strip("，,；;。")
            note.inherited.extend(replace(o, inherited=True, text=text) for o in several.owners)
            inner = inner[: found.start()] + inner[found.end() :]
            found = _INHERITED.search(inner)
            continue
        units, etc = split_units(told)
        units = [u for u in units if u]
        if units:
            role = "support" if "配合" in found.group("all") else "responsible"
            note.inherited.append(
                Owner(role, units, resolve_units(units, resolver), etc, True, None, found.group(0).strip("，,；;。"))
            )
        inner = inner[: found.start()] + inner[found.end() :]
        found = _INHERITED.search(inner)
    inner = re.sub(r"[，,]?(?:以下|下文)?(?:不再(?:一一)?列出|下同)", "", inner)
    role_now: str | None = None
    for statement in _statements(inner):
        role_now = _read_statement(statement, resolver, note, role_now)
    told = _LABEL.sub("", inner, count=1)
    if len(note.owners) > 1 and not re.search("[:：]|牵头|配合|负责|落实|参与|指导|协助", told):
        # 市能源局；市发展改革委: a list whose names are parted by another mark is one list all the same.
        units = [u for o in note.owners for u in o.units]
        etc = any(o.etc for o in note.owners)
        note.owners = [replace(note.owners[0], units=units, agencies=resolve_units(units, resolver), etc=etc)]
    if note.first_leads:
        note.owners = promote_first(note.owners, resolver)
    return note


def promote_first(owners: list[Owner], resolver: AgencyResolver) -> list[Owner]:
    """列第一位者为牵头单位: the first unit of a list without a named lead becomes the lead."""
    if any(o.role == "lead" for o in owners):
        return owners
    out: list[Owner] = []
    done = False
    for owner in owners:
        if owner.role != "responsible" or owner.inherited or done or not owner.units:
            out.append(owner)
            continue
        done = True
        first, rest = owner.units[:1], owner.units[1:]
        # Resolved one by one: of a list with an unknown name it must stay clear whose agency is whose.
        head = resolve_units(first, resolver)
        tail = resolve_units(owner.units, resolver)[len(head) :]
        out.append(Owner("lead", first, head, owner.etc and not rest, False, owner.measure, owner.text))
        if rest:
            out.append(Owner("responsible", rest, tail, owner.etc, False, owner.measure, owner.text))
    return out


def _statements(inner: str) -> list[str]:
    """Split at ； 。 and before every label, so that 牵头单位：A 配合单位：B on one line are two statements."""
    pieces: list[str] = []
    for piece in split_outside(inner, "；;。\n"):
        cut = [m.start() for m in _LABEL_ANYWHERE.finditer(piece)]
        starts = sorted({0, *cut})
        pieces.extend(piece[a:b].strip("，, 、") for a, b in zip(starts, [*starts[1:], len(piece)], strict=True))
    # 完成时限：2024年底 stands among the labels but names nobody.
    return [
        p
        for p in pieces
        if p and not re.match("(?:计划)?(?:完成)?(?:时限|时间|期限|进度|时间节点|年限)(?:要求|安排)?[:：]", p)
    ]


def _read_statement(statement: str, resolver: AgencyResolver, note: OwnerNote, before: str | None) -> str | None:
    label = _LABEL.match(statement)
    role, before_all = before, len(note.owners)
    if label:
        role = next(r for r in ("lead", "support", "guide", "responsible") if label.group(r))
        statement = statement[label.end() :]
    statement = re.sub("(?:按照?|依照?)(?:各自)?(?:职责|职能)(?:分工)?$", "", statement)
    units: list[str] = []
    etc = False

    def flush(as_role: str) -> None:
        nonlocal units, etc
        if units:
            note.owners.append(
                Owner(as_role, units, resolve_units(units, resolver), etc, False, None, statement.strip())
            )
        units, etc = [], False

    marked = list(_ROLE_BEHIND.finditer(statement))
    for m in marked:
        told, word = [m.group(1)], m.group(2)
        joint = re.search(r"(?:^|[，,；;）)])([^，,；;（）()]*)、$", statement[: m.start()])
        if joint and re.match("共同|联合|均|并列", word):
            told = [*split_units(joint.group(1))[0], *told]  # A、B（共同牵头）、C
            statement = statement.replace(f"{joint.group(1)}、", "\x00" * (len(joint.group(1)) + 1), 1)
        as_role = "lead" if re.search("牵头|主办|主责", word) else "support"
        note.owners.append(Owner(as_role, told, resolve_units(told, resolver)))
    statement = _ROLE_BEHIND.sub("", statement).replace("\x00", "").strip("、，, ") if marked else statement
    for segment in split_outside(statement, "，,"):
        part = segment.strip()
        spoken = re.match(r"^由?(.+?)会同(.+?)(?:等.{0,6})?(?:共同|按职责|分工)*(?:负责|落实|组织实施|牵头)?$", part)
        if spoken and label is None:
            flush(role or "responsible")
            for side, side_role in ((spoken.group(1), "lead"), (spoken.group(2), "support")):
                units, etc = split_units(_ROLE_TAIL.sub("", side))
                flush(side_role)
            continue
        tail = _ROLE_TAIL.search(part)
        if tail and tail.start() == 0 and not units:
            continue
        body = part[: tail.start()] if tail else part
        joined = re.match("^(?:并)?会同(?=.{3})", body)
        body = re.sub(r"^(?:由|并由|其中|(?:并)?会同(?=.{3}))", "", body)
        more, more_etc = split_units(body)
        units, etc = units + more, etc or more_etc
        if (
            tail
            and more != units
            and len(note.owners) == before_all
            and re.search("配合|参与|参加|协同|协助|支持", tail.group("verb"))
        ):
            units, mine = units[: len(units) - len(more)], more
            flush(role or "responsible")  # 市交通运输局，市公安局配合: only the second one helps
            units, etc = mine, more_etc
        if tail:
            verb = tail.group("verb")
            said = (
                "lead"
                if "牵头" in verb or "总" in verb
                else "support"
                if re.search("配合|参与|参加|协同|协助|支持", verb)
                else "guide"
                if re.search("指导|监督|督导", verb)
                else "responsible"
            )
            said = "support" if joined and said == "responsible" else said
            # 责任单位：A、B按职责分工负责 - the label already says the role; only a stronger word changes it.
            flush(said if label is None or said in ("lead", "support", "guide") else role or said)
    flush(role or "responsible")
    return role


def split_units(text: str) -> tuple[list[str], bool]:
    """Split a list of units; the second value is true when the list ends with 等 (others without names).

    >>> split_units("省发展改革委、省工业和信息化厅和各设区市、县（市、区）人民政府等")
    (['省发展改革委', '省工业和信息化厅', '各设区市、县（市、区）人民政府'], True)
    """
    etc = False
    units: list[str] = []
    for piece in split_outside(text, "、，,；;/ \t\n"):
        name = piece.strip("。：: ")
        name = re.sub(r"^(?:由|以及|和(?=[省市县区各自国中])|及(?=[省市县区各自国中]))", "", name)
        shortened = _ETC.sub("", name)
        if shortened != name:
            etc, name = True, shortened
        if re.fullmatch(r"(?:有关|相关|各有关|各相关)?(?:部门|单位)", name) and units:
            etc = True
            continue
        for part in _at_conjunctions(name):
            if not part:
                continue
            local = units and re.match(
                r"^(?:县|区|市|乡|镇|旗|街道)(?:[（(〔［\[].*|级?(?:人民)?政府.*|党委.*|$)", part
            )
            if local and _LOCAL_HEAD.match(units[-1]) and not re.search("[厅局委办部]$", units[-1]):
                units[-1] = f"{units[-1]}、{part}"
            else:
                units.append(part)
    return _join_places(units), etc


def _join_places(units: list[str]) -> list[str]:
    """Join 各市、州、直管市、某林区人民政府: one collective owner, not four."""
    for n, unit in enumerate(units):
        if unit.startswith("各") and unit.endswith("政府") and units[n + 1 : n + 2] == ["管委会"]:
            return [*units[:n], f"{unit}、管委会", *_join_places(units[n + 2 :])]
        if not re.match(r"^(?:各|有关|相关)", unit) or re.search("[厅局委办部院司]$|政府$|单位$|部门$", unit):
            continue
        for m in range(n + 1, min(n + 4, len(units))):
            if re.search("(?:人民政府|[市县区州盟]政府|党委和政府)$", units[m]):
                return [*units[:n], "、".join(units[n : m + 1]), *_join_places(units[m + 1 :])]
            if not re.fullmatch("[\u4e00-\u9fff]{0,5}[市州县区盟旗]", units[m]):
                break
    return units


def _at_conjunctions(name: str) -> list[str]:
    """Split A和B where both are whole names: 发展改革委和能源局, but not 工业和信息化厅 or 市县党委和政府."""
    for found in re.finditer("以及|会同|和|与|及", name):
        left, right = name[: found.start()], name[found.end() :]
        whole = re.search(rf"(?:[{_UNIT_END}]|政府|基地)(?:（[^）]*）)?$", left)
        if (
            whole
            and len(left) >= 2
            and re.search(rf"[{_UNIT_END}）)地]$", right)
            and right not in ("政府", "人民政府")
            and not re.match("监督管理|信息化|旅游|草原|社会保障|城乡建设|改革委|规划局|物资", right)
        ):
            return [left, *_at_conjunctions(right)]
    return [name]


def resolve_units(units: list[str], resolver: AgencyResolver) -> list[str]:
    """Formal names of the units that can be resolved, in order; a prefix written once carries to the next names."""
    names, carried = [], ""
    for n, unit in enumerate(units):
        following = units[n + 1] if n + 1 < len(units) else ""
        # 高新区、经开区管委会: what two bodies are called is written once.
        shared = re.search("管委会$|管理委员会$", following) if unit.endswith(("区", "基地")) else None
        name = resolve_one(unit, carried, resolver) or (
            resolve_one(unit + shared.group(), carried, resolver) if shared else None
        )
        prefix = re.match(r"^(自治区党委|省委|市委|自治州|自治县|自治区|省|市|州|县|区(?=.{3,}))(?=.{2,})", unit)
        if prefix and not unit.startswith("市场"):
            carried = prefix.group(1)
        if name is not None:
            names.append(name)
    return names


def resolve_one(unit: str, carried: str, resolver: AgencyResolver) -> str | None:
    """Resolve one written name, trying it with the prefix of the name before it when it has none of its own."""
    if carried and not re.match("^(?:自治区|自治州|自治县|省|市(?!场)|州|县|各|国|中国|中共)", unit):
        direct = resolver.resolve(unit) if resolver.in_table(unit) else None
        with_prefix = None if direct else resolver.resolve(carried + unit)
        if with_prefix and with_prefix != carried + unit:
            return with_prefix
    return resolver.resolve(unit)
