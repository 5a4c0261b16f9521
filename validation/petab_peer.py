"""An exported PEtab problem in other hands: petab's checker, and pyPESTO with libRoadRunner for the log-likelihood.

Run from the repository: ``python validation/petab_peer.py`` where pypesto, petab and libroadrunner are installed. The
model is that of ``tests/study/test_sbml.py``: two organs, sleepers, a schedule and surgery; eight made-up measurements
in two conditions, one of them with uptake halved, some after surgery. The log-likelihood is computed at the nominal
values and at two other points by pyPESTO and by this package. Exit code 1 where they differ by more than 1e-3.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.mechanisms.world import compose, values
from tests.study.test_sbml import ORGANS, SWITCHES, Halved

from metastasome.interventions import Resection
from metastasome.study.mean_course import MeanModel
from metastasome.study.petab import problem_of
from metastasome.study.petab_read import tables
from metastasome.study.petab_tables import read_document
from metastasome.study.sbml import model_sbml

TABLE = """\
quantity,day,value,condition,lever_uptake
primary_diameter,20,0.18,control,1
primary_diameter,60,0.3,control,1
plasma_ev,60,17000,control,1
plasma_ev,60,15000,blocked,0.5
plasma_ev,120,150000,control,1
leakiness_lung,90,0.1,control,1
lesion_cells_lung,250,0.3,control,1
lesion_cells_lung,250,0.4,blocked,0.5
"""
FREE = ("primary_growth.volume_max", "ev_release.rate", "niche_training.leak_build", "ctc_seeding.competence")
POINTS: tuple[dict[str, float], ...] = (
    {},
    {"ev_release_rate": 2000.0, "sd_plasma_ev": 0.6},
    {"primary_growth_volume_max": 700.0, "ctc_seeding_competence": 3e-7, "sd_lesion_cells_lung": 1.5},
)
BAR = 1e-3


def main() -> int:
    import petab.v1 as petab
    from pypesto.objective.roadrunner import SolverOptions
    from pypesto.petab import PetabImporter

    model = compose(ORGANS, SWITCHES)
    given = values(model)
    mean = MeanModel(model, {i.name: given[i.name] for i in model.inputs}, (Halved(), Resection(at_diameter=1.5)))
    text = model_sbml(mean.model, mean.inputs, interventions=mean.interventions, diameter_at_resection=4.0)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "measurements.csv"
        table.write_text(TABLE, encoding="utf-8")
        path = problem_of(mean, table, FREE).write(Path(folder) / "problem", sbml=text, study="extends: colorectal\n")
        ours = tables(path.parent, read_document(path)[1], mean)
        problem = petab.Problem.from_yaml(str(path))
        wrong = petab.lint_problem(problem)
        print(f"petab's checker: {'errors' if wrong else 'no error'}")
        whole = PetabImporter(problem, simulator_type="roadrunner").create_problem().objective
        objective = next(o for o in whole._objectives if hasattr(o, "roadrunner_instance"))  # the likelihood, no priors
        objective.solver_options = SolverOptions(relative_tolerance=1e-9, absolute_tolerance=1e-12)
        ids, scaled, worst = problem.x_free_ids, problem.x_nominal_free_scaled, 0.0
        print("point, log-likelihood by pyPESTO, here, difference")
        for k, point in enumerate(POINTS):
            x = np.array(scaled, dtype=float)
            for name, value in point.items():
                x[ids.index(name)] = np.log10(value)
            theirs, mine = -float(objective(x)), ours.log_likelihood(point)
            worst = max(worst, abs(theirs - mine))
            print(f"{k}, {theirs:.6f}, {mine:.6f}, {theirs - mine:.1e}", flush=True)
    print(f"largest difference {worst:.1e}; bar {BAR:g}: {'met' if worst <= BAR else 'missed'}")
    return 0 if worst <= BAR and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
