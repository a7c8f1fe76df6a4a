"""How a desk describes itself to be compared: four words out of lists. The labels are texts to be translated."""

from dataclasses import dataclass

from sportello.kit.terminal import gettext_noop

# The industries of the vendor's published series, so that old figures compare.
SECTORS = {
    "business_support": gettext_noop("Personal and business support"),
    "education": gettext_noop("Education"),
    "entertainment_gaming": gettext_noop("Entertainment and gaming"),
    "financial_insurance": gettext_noop("Finance and insurance"),
    "government_non_profit": gettext_noop("Government and non-profit"),
    "hardware": gettext_noop("Hardware"),
    "healthcare": gettext_noop("Healthcare"),
    "hosting": gettext_noop("Web hosting"),
    "it_services": gettext_noop("IT services and consultancy"),
    "manufacturing": gettext_noop("Manufacturing"),
    "marketing": gettext_noop("Marketing and advertising"),
    "media_telecom": gettext_noop("Media and telecommunications"),
    "professional_services": gettext_noop("Professional services"),
    "real_estate": gettext_noop("Real estate"),
    "retail": gettext_noop("Retail"),
    "social_media": gettext_noop("Social media"),
    "software": gettext_noop("Software"),
    "travel_hospitality": gettext_noop("Travel and hospitality"),
    "web_applications": gettext_noop("Web applications"),
    "other": gettext_noop("Another sector"),
}
# Employees of the organization: the classes of the European Commission's recommendation 2003/361/EC.
SIZES = {
    "1-9": gettext_noop("Up to 9 employees"),
    "10-49": gettext_noop("10 to 49 employees"),
    "50-249": gettext_noop("50 to 249 employees"),
    "250+": gettext_noop("250 employees and more"),
}
# Whom the desk serves, in the vendor's three classes.
AUDIENCES = {
    "internal": gettext_noop("Colleagues"),
    "business": gettext_noop("Businesses"),
    "consumer": gettext_noop("Consumers"),
}
# ISO 3166-1, alpha-2
COUNTRIES = frozenset(
    """AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA
    CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB
    GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG
    KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB
    SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US
    UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW""".split()
)


@dataclass(frozen=True, slots=True)
class Profile:
    """sector, size, audience: keys of the lists above; country: ISO 3166-1, two capitals."""

    sector: str
    size: str
    audience: str
    country: str


WORDS = {"sector": frozenset(SECTORS), "size": frozenset(SIZES), "audience": frozenset(AUDIENCES), "country": COUNTRIES}
