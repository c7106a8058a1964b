"""Test that the examples for Slurm and Kubernetes parse and agree with each other and Dask."""

import runpy
import sys
import types
from pathlib import Path

import yaml
from distributed.cli import dask_scheduler, dask_worker

import autograder.cluster

FOLDER = Path(autograder.cluster.__file__).parent


def options(command) -> set[str]:
    return {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }


def test_slurms_file_starts_one_judge_a_core(monkeypatch):
    """Run with a stand-in for dask-jobqueue, which notes what it is asked for."""
    asked = {}

    class SLURMCluster:
        def __init__(self, **how):
            asked.update(how)

    monkeypatch.setitem(
        sys.modules, "dask_jobqueue", types.SimpleNamespace(SLURMCluster=SLURMCluster)
    )
    runpy.run_path(str(FOLDER / "slurm.py"))
    assert asked["cores"] == asked["processes"] == 1
    assert {word for word in asked["worker_extra_args"] if word.startswith("--")} <= options(
        dask_worker.main
    )


def test_kubernetes_file_is_of_one_piece():
    documents = list(yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text()))
    kinds = {(d["kind"], d["metadata"]["name"]): d for d in documents}
    service = kinds["Service", "judges"]["spec"]
    pods = {
        name: d["spec"]["template"] for (kind, name), d in kinds.items() if kind == "Deployment"
    }
    for name, pod in pods.items():
        assert (
            kinds["Deployment", name]["spec"]["selector"]["matchLabels"]
            == pod["metadata"]["labels"]
        )
        assert pod["spec"]["automountServiceAccountToken"] is False
        (container,) = pod["spec"]["containers"]
        dask, which, *words = container["command"]
        assert dask == "dask"
        known = options({"scheduler": dask_scheduler.main, "worker": dask_worker.main}[which])
        assert {word for word in words if word.startswith("--")} <= known
        assert "memory" in container["resources"]["limits"]
    scheduler, worker = pods["judges-scheduler"], pods["judges-workers"]
    assert service["selector"] == scheduler["metadata"]["labels"]
    (port,) = service["ports"]
    assert scheduler["spec"]["containers"][0]["ports"] == [{"containerPort": port["targetPort"]}]
    assert f"tcp://judges:{port['port']}" in worker["spec"]["containers"][0]["command"]
    policy = kinds["NetworkPolicy", "judges-among-themselves"]["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= worker["metadata"]["labels"].items()
    assert policy["policyTypes"] == ["Ingress", "Egress"]
