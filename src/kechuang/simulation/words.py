"""Invented names of firms, people and bodies, and numbers that no office has given out."""

from random import Random

from kechuang.engines.base.identifiers import credit_check, patent_check

_FIRST = "澜穹砺渌垚泺沚璟翊煊珩峤洺琰昉晞湉斓芃棣郢橦钰铎锴岚颢朔衡屹瀚澄沛凌骁睿竑旻昱"
_SECOND = "驰拓衍恪启聿维策桓临源匠瞻迅曦序域渡擎铸桥澍元弦量航微禾邦迩谱析晟联"
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严金魏陶姜戚谢邹喻柏窦章苏潘葛范彭鲁韦马苗方任袁柳史唐薛雷贺倪汤滕殷罗毕郝安常乐于时傅齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄贝明成戴谈宋庞熊纪舒屈项祝董梁杜"
_GIVEN = "志衡婉秋柏川立岩晓棠怀瑾启航若溪建坡思远书瑶景行嘉禾泽民雨桐承宇静姝明轩文彦锦程佳宁博涛慧敏春霖国栋海平素心云帆秀英长庚望舒子墨玉衡维钧清越致远知微"
UNIVERSITIES = (
    "沽河理工大学",
    "津渤工程大学",
    "葛水农林大学",
    "西沽医科大学",
    "北闸海洋大学",
    "双桥信息工程学院",
    "卫南职业技术大学",
    "泺湾师范大学",
)
INSTITUTES = (
    "泺湾智能装备研究院",
    "渌洲新能源研究院",
    "沽水生态环境研究院",
    "白塘微电子研究所",
    "卫南合成生物研究院",
    "津渤海水资源研究所",
    "葛沽先进材料研究院",
    "双港空间信息研究所",
    "小站现代种业研究院",
    "咸水沽康复工程研究所",
    "海教园机器人研究院",
    "八里台检测技术研究院",
)
AGENCIES = ("津渡技术转移有限公司", "知衡知识产权服务有限公司", "沽上成果评价有限公司")
_TAILS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "（天津）有限公司")
_STRIDE = 1009  # a prime: multiples of it visit every pair of syllables once


def credit_code(head: str, number: int) -> str:
    """A code with a right check character; the letters YL stand in no code that was given out."""
    body = f"{head}YL{number:07d}"
    return body + credit_check(body)


def firm_name(number: int, trade: str, dice: Random) -> str:
    """A name that no other number of the same trade has."""
    pairs = len(_FIRST) * len(_SECOND)
    first, second = divmod(number * _STRIDE % pairs, len(_SECOND))
    more = _FIRST[number // pairs % len(_FIRST)] if number >= pairs else ""
    return f"天津{_FIRST[first]}{_SECOND[second]}{more}{trade}{dice.choice(_TAILS)}"


def person(dice: Random) -> str:
    """A person's name."""
    place = dice.randrange(0, len(_GIVEN) // 2) * 2
    return f"{dice.choice(_SURNAMES)}{_GIVEN[place : place + 2]}"


def patent(year: int, dice: Random) -> str:
    """An application number whose serial (9 million and more) no year has reached."""
    digits = f"{year}1{9_000_000 + dice.randrange(1_000_000)}"
    return f"{digits}.{patent_check(digits)}"
