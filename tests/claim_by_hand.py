"""A レセプト電算 file of one visit of the control API, as a product would write it."""

from __future__ import annotations

from typing import Any


def claim_of(visit: dict[str, Any]) -> bytes:
    """A レセプト電算 file of 医科 with one レセプト, by the chart."""
    chart, month = visit["chart"], "202510"
    sex, born = visit["patient"]["sex"], visit["patient"]["birthdate"].replace("-", "")
    re = ["RE", "1", "1112", month, chart["name"], sex, born, *[""] * 31]
    re[13], re[36] = chart["chart_no"], visit["patient"]["kana"].replace(" ", "")
    numbers = f"{chart['insurer_number']},{chart['symbol']},{chart['number']}"
    lines = [
        "IR,1,13,1,9999999,,検証用クリニック,202511,00,03-0000-0000",
        ",".join(re),
        f"HO,{numbers},1,291,,,,,,,,,",
        "JD,1," + ",".join("1" if day == 20 else "" for day in range(1, 32)) + ",",
        f"SY,0000999,{month}01,1,,検証用傷病名,01,",
        "SI,11,1,111000110,,291,1" + "," * 37,
        "GO,1,291,99",
    ]
    return "\r\n".join(lines).encode("cp932") + b"\r\n\x1a"
