"""The words that the twin's model knows. None is longer than one token."""

from __future__ import annotations


def _table(words: str) -> tuple[str, ...]:
    return tuple(words.split())


NOUNS = _table(
    """
    answer approach balance battery bridge budget cabin canvas caption captain captive carbon
    castle catalog center chapter circle client cluster college comet compass concept contract
    copper corner counter courier cursor debate desert detail device diagram diary dinner editor
    effort engine engineer estimate evening example factor feature festival filter forecast forest
    formula fountain frame gallery garden gateway glacier harbor history horizon idea island journey
    kernel ladder language lantern ledger library limit machine manual market matter measure meeting
    memory meridian message method mirror model moment morning mountain museum network notebook novel
    number object ocean orbit order origin outline packet painter paper parcel pattern pencil picture
    planet pocket portrait problem process project proposal protocol question railway reader reason
    record report request result river road robot sample schedule season sensor sentence sequence shadow
    signal sketch spectrum station story summary surface system table teacher theory timetable tower
    traffic triangle tunnel update valley variable village vintage voyage weather window winter workshop
    """
)

ADJECTIVES = _table(
    """
    accurate ancient bright broad calm careful central cheap clear compact complete complex cool curious
    daily deep dense direct distant double early easy empty even exact fair familiar fast final fine firm
    formal frequent fresh full gentle global good grand great hidden honest initial large late light likely
    local long major minor modern narrow natural neat new nice normal obvious odd open original plain
    precise previous quick quiet rare recent regular rough round second sharp short silent similar simple
    single slow small smooth solid special stable steady strong subtle sudden useful usual vivid warm wide
    """
)

VERBS = _table(
    """
    adds answers balances bends builds carries changes clears connects contains covers crosses describes
    draws explains extends fills finds follows forms gives guides helps holds improves includes keeps leads
    lifts limits links marks matches measures meets moves names needs opens passes points prevents protects
    provides raises reaches records reflects repeats requires reveals shapes shows signals solves supports
    surrounds teaches tests touches turns uses
    """
)

ADVERBS = _table(
    """
    again almost already always briefly calmly clearly directly early easily evenly exactly fairly finally
    firmly gently gladly largely later mostly neatly nearly often openly partly plainly quickly quietly
    rarely roughly safely sharply simply slowly smoothly softly soon steadily today usually warmly well
    """
)

PLACES = _table(
    """
    above across after against along among around before behind beside between beyond inside near outside
    through toward under within without
    """
)
