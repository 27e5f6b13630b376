# shellcheck shell=bash disable=SC2034,SC2154
# A plugin of devstack (enable_plugin berth ...): Berth serves at /placement in place of the Python
# service. devstack sources it with a mode and a phase, after it has configured placement and before it
# makes the database. What devstack writes stays as it is: placement.conf, accounts, endpoints, the unit
# devstack@placement-api.

BERTH_DIR=${BERTH_DIR:-$DEST/berth}
BERTH_PREFIX=${BERTH_PREFIX:-/usr/local}
# devstack has made this directory for uwsgi; $STACK_USER may write it, and Apache may read it.
BERTH_SOCKET=${BERTH_SOCKET:-/var/run/uwsgi/berth.socket}

install_berth() {
    sudo "$BERTH_DIR/scripts/install-needs" build
    install_package spawn-fcgi
    (cd "$BERTH_DIR" && autoreconf -fi && mkdir -p build && cd build &&
        ../configure -q --prefix="$BERTH_PREFIX" --sysconfdir=/etc && make -s -j"$(nproc)" &&
        sudo make -s install)
    sudo mkdir -p "$BERTH_PREFIX/lib/berth"
    sudo ln -sf "$BERTH_PREFIX/sbin/berth-manage" "$BERTH_PREFIX/lib/berth/placement-manage"
    sudo ln -sf "$BERTH_PREFIX/sbin/berth-manage" "$BERTH_PREFIX/lib/berth/placement-status"
}

# In place of what write_uwsgi_config wrote.
configure_berth() {
    local site
    site=$(apache_site_config_for placement-api)
    enable_apache_mod proxy_fcgi
    enable_apache_mod headers
    enable_apache_mod reqtimeout
    enable_apache_mod buffer
    sed "s|unix:/var/run/uwsgi/berth.socket|unix:$BERTH_SOCKET|" \
        "$BERTH_DIR/examples/devstack/placement-api.conf" | sudo tee "$site" >/dev/null
    enable_apache_site placement-api
    restart_apache_server
    # init_placement calls placement-manage in this directory.
    PLACEMENT_BIN_DIR=$BERTH_PREFIX/lib/berth
}

# In place of the function in lib/placement.
redefine_start() {
    start_placement_api() {
        run_process placement-api "$(type -P spawn-fcgi) -n -s $BERTH_SOCKET -M 0666 -- \
$BERTH_PREFIX/sbin/berth --config-file $PLACEMENT_CONF"
        echo "Waiting for placement-api to start..."
        wait_for_service "$SERVICE_TIMEOUT" \
            "$PLACEMENT_SERVICE_PROTOCOL://$PLACEMENT_SERVICE_HOST/placement" ||
            die $LINENO "placement-api did not start"
    }
}

if is_service_enabled placement-api && [ "$1" = stack ] && [ "$2" = install ]; then
    install_berth
    configure_berth
    redefine_start
fi
