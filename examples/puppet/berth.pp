# puppet-placement with Apache: the site stays as puppet writes it, and its requests go to Berth.
include apache::mod::proxy
include apache::mod::proxy_fcgi
include apache::mod::headers
include apache::mod::reqtimeout
apache::mod { 'buffer': }

class { 'placement::wsgi::apache':
  vhost_custom_fragment => 'Include /usr/share/berth/berth-wsgi.conf',
}
