import sys,logging,time
logging.disable()
import pytest
from tests.simulation import test_teeth
from tests.simulation.mutations import DEFECTS
from tests.simulation.run import reason_against
import tests.simulation.slot_mutations as sm
names=sys.argv[1:] or [n for n in DEFECTS if DEFECTS[n].__module__.endswith('slot_mutations')]
for n in names:
    mp=pytest.MonkeyPatch(); DEFECTS[n](mp); t=time.time()
    for s in range(3000):
        r=reason_against(s)
        if r: print(n,'|',s,'|',r[:110],'|',round(time.time()-t),flush=True); break
        if time.time()-t>150: print(n,'| none until',s,flush=True);break
    mp.undo()
