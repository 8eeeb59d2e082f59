from hoaphuong.dossiers.statuses import STATUSES
from hoaphuong.work.kinds import Kind

DOSSIER = "dossiers.dossier"
KINDS = [
    Kind(DOSSIER, "dossiers:desk", {str(code): shown for code, shown in STATUSES.items()}),
]
