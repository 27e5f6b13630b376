"""Do what "placement-manage db sync" did in the release that had a revision as its newest."""
import sys

from oslo_config import cfg
from placement import conf, db_api
from placement.db.sqlalchemy import migration

config = cfg.ConfigOpts()
conf.register_opts(config)
config(['--config-file', sys.argv[1]], project='placement')
db_api.configure(config)
migration.upgrade(sys.argv[2])
