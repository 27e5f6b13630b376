"""Where the source tree and the build under test are."""
import os

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.path.abspath(os.environ.get('BERTH_BUILD') or os.path.join(TOP, 'build'))
SYSTEM = os.path.join(TOP, 'tests', 'system')
BERTH = os.path.join(BUILD, 'berth')
BERTH_MANAGE = os.path.join(BUILD, 'berth-manage')
