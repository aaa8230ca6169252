"""The SDMX-ML 2.1 structure of a release: a data structure definition and a dataflow for each table, and their code lists.

sdmx1 writes 2.1 only, and XML that the schema refuses where `is_final`, `is_external_reference`, a descriptor's id or
`usage_status` are unset (statistics chapter, section 16): each of them is here for that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.reporting.exports.cube import FREQUENCIES, STATUSES, TITLES, Cube
from services.reporting.indicators.declaration import Words


def structure(cubes: Sequence[Cube]) -> bytes:
    """One message for all tables of a release."""
    import sdmx
    from sdmx import message
    from sdmx.model import common, v21

    agency = common.Agency(id="GABAY")
    fixed: Mapping[str, Any] = {"version": "1.0.0", "maintainer": agency, "is_final": True, "is_external_reference": False}

    def code_list(name: str, codes: Mapping[str, Words]) -> Any:
        made = common.Codelist(id=name, name=name, **fixed)
        for code, words in codes.items():
            made.append(common.Code(id=code, name=dict(words)))
        return made

    lists = {name: code_list(name, codes) for name, codes in code_lists(cubes).items()}
    concepts = common.ConceptScheme(id="CS_GABAY", name="Concepts", **fixed)
    for name, words in _concepts(cubes).items():
        concepts.append(common.Concept(id=name, name=dict(words)))
    made: list[Any] = [*lists.values(), concepts]
    for cube in cubes:
        dsd = v21.DataStructureDefinition(id=f"DSD_{cube.table}", name=dict(cube.title), **fixed)
        dsd.dimensions.id, dsd.measures.id, dsd.attributes.id = "DimensionDescriptor", "MeasureDescriptor", "AttributeDescriptor"
        coded = {"FREQ": "CL_FREQ"} | {column.id: column.code_list for column in cube.columns}
        for order, (name, of) in enumerate(coded.items(), 1):
            represented = common.Representation(enumerated=lists[of])
            dsd.dimensions.append(common.Dimension(id=name, order=order, concept_identity=concepts[name], local_representation=represented))
        free = common.Representation(non_enumerated=[common.Facet(value_type=common.FacetValueType["observationalTimePeriod"])])
        time = concepts["TIME_PERIOD"]
        dsd.dimensions.append(
            common.TimeDimension(id="TIME_PERIOD", order=len(coded) + 1, concept_identity=time, local_representation=free)
        )
        dsd.measures.append(v21.PrimaryMeasure(id="OBS_VALUE", concept_identity=concepts["OBS_VALUE"]))
        dsd.attributes.append(
            common.DataAttribute(
                id="OBS_STATUS", concept_identity=concepts["OBS_STATUS"], related_to=v21.PrimaryMeasureRelationship(),
                usage_status=common.UsageStatus["mandatory"], local_representation=common.Representation(enumerated=lists["CL_OBS_STATUS"]),
            )
        )  # fmt: skip
        made += [dsd, v21.DataflowDefinition(id=f"DF_{cube.table}", name=dict(cube.title), structure=dsd, **fixed)]
    # The clock of the machine is in no header: bytes repeat.
    header = message.Header(id=cubes[0].release.replace("-", "_").replace(".", "_"), sender=agency, test=False, prepared=cubes[0].updated)
    told = message.StructureMessage(header=header)
    for artefact in made:
        told.add(artefact)
    xml: bytes = sdmx.to_xml(told, pretty_print=True)
    return xml


def code_lists(cubes: Sequence[Cube]) -> dict[str, dict[str, Words]]:
    """SDMX id -> codes with their words; tables that share a list share it with all codes that any of them uses."""
    found: dict[str, dict[str, Words]] = {"CL_FREQ": dict(FREQUENCIES)}
    for cube in cubes:
        for column in cube.columns:
            found.setdefault(column.code_list, {}).update(column.words)
    found["CL_OBS_STATUS"] = dict(STATUSES)
    return found


def _concepts(cubes: Sequence[Cube]) -> dict[str, Words]:
    found = {"FREQ": TITLES["FREQ"]}
    for cube in cubes:
        found |= {column.id: column.title for column in cube.columns if column.id not in found}
    return found | {name: TITLES[name] for name in ("TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")}
