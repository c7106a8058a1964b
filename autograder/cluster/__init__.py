"""Grade on a cluster, through a Dask scheduler: judges run there, scores are written here.

`job` packs what is sent, `pool` sends it and receives the results, `worker` runs in each Dask
worker, and `judge` is the process beside it that judges. slurm.py and kubernetes.yaml are examples
to copy: they start workers.
"""
