"""Sentences about invented technology: the same fault is told differently by who has solved it and
by who suffers from it.
"""

from collections.abc import Callable
from random import Random

from .topics import Fault, Topic

Tell = Callable[[Topic, str, Fault, str, Random], str]


def jittered(digits: str, dice: Random, most: float = 0.12) -> str:
    """A figure near the given one, with as many decimals."""
    places = len(digits.partition(".")[2])
    value = float(digits) * (1 + dice.uniform(-most, most))
    return f"{value:.{places}f}"


def _moved(fault: Fault, dice: Random) -> tuple[str, str, str]:
    """(poor, good, the word for how it moved); a share stays under a hundred."""
    near = 0.03 if fault.unit == "%" and max(float(fault.poor), float(fault.good)) > 60 else 0.12
    poor, good = (jittered(d, dice, near) for d in (fault.poor, fault.good))
    if near == 0.03:
        poor, good = (d if float(d) < 100 else "99.6" for d in (poor, good))
    return poor, good, "降到" if float(fault.good) < float(fault.poor) else "提高到"


def _figure(number: str, unit: str) -> str:
    return f"{number}{unit}" if unit in ("", "%", "℃") else f"{number} {unit}"


def offer_title(topic: Topic, thing: str, fault: Fault, way: str, dice: Random) -> str:
    """What an achievement is called."""
    kind = dice.choice(("技术", "装置", "工艺", "系统", "方法", "成套技术"))
    return dice.choice(
        (
            f"{thing}的{way}{kind}",
            f"基于{way}的{thing}{kind}",
            f"解决{thing}{fault.name}的{way}{kind}",
            f"面向{dice.choice(topic.uses)}的{thing}{way}{kind}",
        )
    )


def offer_summary(topic: Topic, thing: str, fault: Fault, way: str, dice: Random) -> str:
    """What an achievement is, what it brought, how far it is."""
    poor, good, moved = _moved(fault, dice)
    was, now = _figure(poor, fault.unit), _figure(good, fault.unit)
    stuff, use = dice.choice(topic.stuff), dice.choice(topic.uses)
    other = dice.choice([f for f in topic.faults[:-1] if f is not fault])
    opening = dice.choice(
        (
            f"针对{thing}{fault.name}的问题，采用{way}，配合{stuff}。",
            f"{thing}长期受{fault.name}困扰。本成果以{stuff}为基础，提出{way}方案。",
            f"以{stuff}和{way}为核心，重新设计了{thing}，克服了{fault.name}。",
            f"团队在{use}调研后发现，{thing}的主要矛盾是{fault.name}，据此研制了{way}的样机。",
        )
    )
    result = dice.choice(
        (
            f"在{use}连续运行{dice.randrange(3, 26)}个月，{fault.figure}由{was}{moved}{now}。",
            f"第三方检测表明，{fault.figure}{moved}{now}（原为{was}）。",
            f"与原方案对比，{fault.figure}从{was}{moved}{now}，{other.figure}没有变差。",
        )
    )
    more = dice.choice(
        (
            f"同时缓解了{other.name}。",
            f"单套投入约{dice.randrange(8, 260)}万元，{dice.randrange(9, 34)}个月收回。",
            f"不改动现有产线，停机{dice.randrange(1, 9)}天即可换上。",
            "关键部件全部可在国内买到。",
            f"已形成{dice.choice(('企业标准', '操作规程', '验收规范', '选型手册'))}一份。",
        )
    )
    seeking = dice.choice(
        (
            f"希望与{use}一类的用户合作放大。",
            f"可向{topic.trade}企业许可。",
            f"寻求{dice.choice(('中试场地', '首台套用户', '产业化资金', '代工伙伴'))}。",
            "可提供现场诊断和技术培训。",
        )
    )
    return opening + result + more + seeking


def want_title(topic: Topic, thing: str, fault: Fault, dice: Random) -> str:
    """What a demand is called."""
    return dice.choice(
        (
            f"{thing}{fault.name}怎样解决",
            f"改善{thing}的{fault.figure}",
            f"{dice.choice(topic.uses)}用{thing}：{fault.name}",
            f"寻求{thing}{fault.figure}达标方案",
        )
    )


def want_problem(topic: Topic, thing: str, fault: Fault, dice: Random) -> str:
    """What troubles a firm."""
    poor = _figure(jittered(fault.poor, dice, 0.08), fault.unit)
    use = dice.choice(topic.uses)
    cost = dice.choice(
        (
            f"每月因此损失约{dice.randrange(4, 90)}万元",
            f"去年客户为此退货{dice.randrange(2, 15)}批",
            f"一年停线{dice.randrange(6, 60)}次",
            "已两次被要求限期整改",
        )
    )
    return dice.choice(
        (
            f"我们给{use}供{thing}，现在{fault.name}，{fault.figure}在{poor}左右，{cost}。",
            f"{thing}在{use}使用时{fault.name}。实测{fault.figure}{poor}，{cost}。",
            f"产线上的{thing}{fault.name}，{fault.figure}一直停在{poor}，{cost}，班组没有办法。",
        )
    )


def want_goal(fault: Fault, dice: Random) -> str:
    """What would be good enough."""
    good = _figure(jittered(fault.good, dice, 0.05), fault.unit)
    bound = "不高于" if float(fault.good) < float(fault.poor) else "不低于"
    return dice.choice(
        (
            f"{fault.figure}{bound}{good}，连续运行{dice.randrange(2, 13)}个月验证。",
            f"要求{fault.figure}{bound}{good}，改造费用不超过{dice.randrange(30, 400)}万元，停线不超过{dice.randrange(2, 12)}天。",
            f"{fault.figure}{bound}{good}；提供图纸、操作规程和首批试样。",
        )
    )


def want_tried(topic: Topic, dice: Random) -> str:
    """What a firm has tried; often nothing is said."""
    way = dice.choice(topic.ways)
    return dice.choice(
        (
            "",
            "",
            f"试过{way}的进口设备，效果好但维护太贵。",
            f"按{way}的思路自己改过一版，{dice.randrange(2, 8)}周后又回到原样。",
            f"问过{dice.randrange(2, 6)}家供应商，报价高，交期半年以上。",
        )
    )
