/*
 * Reads settings from the text of [keystone_authtoken].
 */
#ifndef BERTH_TESTS_UNIT_KEYSTONE_FIXTURE_H
#define BERTH_TESTS_UNIT_KEYSTONE_FIXTURE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "settings/settings.h"

static struct settings settings;
static struct config *config;
static struct error_line error;

static inline void forget_settings(void)
{
    settings_free(&settings);
    config_free(config);
    config = NULL;
}

/* Reads text as the section [keystone_authtoken] of a configuration file. */
static inline void configure(const char *text)
{
    char path[] = "keystone_test.XXXXXX";
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    FILE *file = fdopen(descriptor, "w");
    fprintf(file,
            "[placement_database]\nconnection = mysql+pymysql://u:p@h/d\n[keystone_authtoken]\n%s",
            text);
    ck_assert_int_eq(fclose(file), 0);
    if (config != NULL)
        forget_settings();
    config = config_new();
    ck_assert_msg(config_read_file(config, path, &error) &&
                      settings_load(&settings, config, &error),
                  "%s", error.text);
    unlink(path);
}

#endif
