/*
 * Parsing the URL of the database as SQLAlchemy and the drivers do.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings/database_url.h"
#include "suite.h"

/* A URL and its parts; NULL and 0: missing. */
static const struct {
    const char *text;
    const char *user, *password, *host;
    unsigned port;
    const char *name;
} urls[] = {
    {"mysql+pymysql://user:p%40ss@host:3307/db", "user", "p@ss", "host", 3307, "db"},
    {"mysql://host/db", NULL, NULL, "host", 0, "db"},
    {"mysql+mysqldb://u@host/db", "u", NULL, "host", 0, "db"},
    {"mariadb+mariadbconnector://u:@host/db", "u", NULL, "host", 0, "db"},
    {"mysql+pymysql://u:p@[::1]:3306/db", "u", "p", "::1", 3306, "db"},
    {"mysql+pymysql://u:p@[fe80::1]/db", "u", "p", "fe80::1", 0, "db"},
    {"mysql+pymysql://u:p+q%20r@host/db", "u", "p+q r", "host", 0, "db"},
    {"mysql+pymysql://u:a/b?c#d:e@host/db", "u", "a/b?c#d:e", "host", 0, "db"},
    {"mysql+pymysql://u:p%zz%4@host/db", "u", "p%zz%4", "host", 0, "db"},
    {"mysql+pymysql://u%3ax:%2f%2F@host/db", "u:x", "//", "host", 0, "db"},
    {"mysql+pymysql://u@domain:p@host/db", "u@domain", "p", "host", 0, "db"},
    {"mysql+pymysql://u@domain@host/db", "u@domain", NULL, "host", 0, "db"},
    {"mysql+pymysql://u:p@/db", "u", "p", NULL, 0, "db"},
    {"mysql+pymysql:///db", NULL, NULL, NULL, 0, "db"},
    {"mysql+pymysql://host:/db", NULL, NULL, "host", 0, "db"},
    {"mysql+pymysql://u:\xc3\xa9%C3%A9@host/db", "u", "\xc3\xa9\xc3\xa9", "host", 0, "db"},
    {"mysql+pymysql://host/a%20b/c", NULL, NULL, "host", 0, "a%20b/c"},
    {"mysql+pymysql://host?database=db&user=u&password=p", "u", "p", "host", 0, "db"},
    {"mysql+pymysql://u@host:1/db?port=3307", "u", NULL, "host", 3307, "db"},
    {"mysql+pymysql://a:b@host/c?db=db&passwd=p&host=x", "a", "p", "x", 0, "db"},
};

static void assert_text(const char *found, const char *expected)
{
    if (expected == NULL)
        ck_assert_ptr_null(found);
    else
        ck_assert_pstr_eq(found, expected);
}

START_TEST(urls_are_parsed_as_by_sqlalchemy)
{
    struct database_url url;
    struct error_line error;
    ck_assert_msg(database_url_parse(&url, urls[_i].text, NULL, &error), "%s", error.text);
    assert_text(url.user, urls[_i].user);
    assert_text(url.password, urls[_i].password);
    assert_text(url.host, urls[_i].host);
    assert_text(url.name, urls[_i].name);
    ck_assert_uint_eq(url.port, urls[_i].port);
    ck_assert(!url.ssl);
    database_url_free(&url);
}
END_TEST

START_TEST(parameters_are_decoded_as_a_form)
{
    struct database_url url;
    struct error_line error;
    const char *text = "mysql+pymysql://u:p@host/db?charset=utf8&unix_socket=%2Frun%2Fmy+sql.sock"
                       "&connect_timeout=5&read_timeout=6&write_timeout=7&use_unicode=1"
                       "&compress=&&local_infile";
    ck_assert_msg(database_url_parse(&url, text, NULL, &error), "%s", error.text);
    ck_assert_str_eq(url.unix_socket, "/run/my sql.sock");
    ck_assert_uint_eq(url.connect_timeout, 5);
    ck_assert_uint_eq(url.read_timeout, 6);
    ck_assert_uint_eq(url.write_timeout, 7);
    database_url_free(&url);
}
END_TEST

START_TEST(connection_parameters_are_added)
{
    struct database_url url;
    struct error_line error;
    ck_assert(database_url_parse(&url, "mysql+pymysql://h/db?charset=utf8",
                                 "read_timeout=3&charset=utf8mb4", &error));
    ck_assert_uint_eq(url.read_timeout, 3);
    database_url_free(&url);
    ck_assert(database_url_parse(&url, "mysql+pymysql://h/db", "ssl_ca=/ca", &error));
    ck_assert_str_eq(url.ssl_ca, "/ca");
    database_url_free(&url);
}
END_TEST

START_TEST(what_a_driver_would_do_is_done_or_passed_over)
{
    struct database_url url;
    struct error_line error;
    const char *text =
        "mysql+pymysql://h/db?plugin=dbcounter&charset=utf8&init_command=SET+%40a%3D1"
        "&sql_mode=ANSI&bind_address=10.0.0.1&read_timeout=31536000&max_allowed_"
        "packet=1&new%20thing=2";
    ck_assert_msg(database_url_parse(&url, text, NULL, &error), "%s", error.text);
    ck_assert_str_eq(url.init_command, "SET @a=1");
    ck_assert_str_eq(url.sql_mode, "ANSI");
    ck_assert_str_eq(url.bind_address, "10.0.0.1");
    ck_assert_uint_eq(url.read_timeout, 31536000);
    ck_assert_str_eq(url.passed_over, "plugin, max_allowed_packet, new thing");
    ck_assert(!url.ssl);
    database_url_free(&url);
}
END_TEST

static char option_file[] = "/tmp/option-file-XXXXXX";

static const char option_file_text[] =
    "# a comment\n"
    "[mysqld]\nport = 1\nuser = wrong\n"
    "[client] # what follows does not count\n"
    "!includedir /etc/mysql/conf.d/\n"
    "User = someone\n"
    "password : 's e#cret'\n"
    "port=3307\nport=3308\n"
    "host\n"
    "socket =\n"
    "default-character-set = latin1\n"
    "bind-address = 10.0.0.2\n"
    "database = first\n   ;part\n"
    "[tripleo]\n"
    "bind-address=10.0.0.3\nssl=0\nssl_ca=/tripleo.pem\n"
    "[operator]\r\nssl-ca = /operator.pem\r\nssl=1\r\n"
    "[odd]\nuser=u\n  v\nssl\n"
    "[odd port]\nport=secret\n"
    "[verified]\nssl-verify-server-cert\n"
    "[unverified]\nssl-verify-server-cert=0\n"
    "[files]\nssl-cert=/c\nssl-key=\"/k\"\nssl-capath=/cas\nssl-cipher=AES\n";

static void parse_with_file(struct database_url *url, const char *parameters)
{
    struct error_line error;
    char text[256];
    snprintf(text, sizeof(text), "mysql+pymysql://h/db?read_default_file=%s%s", option_file,
             parameters);
    ck_assert_msg(database_url_parse(url, text, NULL, &error), "%s", error.text);
    ck_assert(!url->option_file_missing);
}

static void write_option_file(const char *text)
{
    FILE *file = fopen(option_file, "we");
    fputs(text, file);
    fclose(file);
}

START_TEST(an_option_file_says_what_the_url_does_not)
{
    struct database_url url;
    struct error_line error;
    char text[256];
    parse_with_file(&url, "");
    ck_assert_str_eq(url.host, "h");
    ck_assert_str_eq(url.name, "db");
    ck_assert_str_eq(url.user, "someone");
    ck_assert_str_eq(url.password, "s e#cret");
    ck_assert_uint_eq(url.port, 3308);
    ck_assert_str_eq(url.bind_address, "10.0.0.2");
    ck_assert_ptr_null(url.unix_socket);
    ck_assert(!url.ssl);
    database_url_free(&url);

    parse_with_file(&url, "&bind_address=10.0.0.4&port=5&user=me&password=mine");
    ck_assert_str_eq(url.user, "me");
    ck_assert_str_eq(url.password, "mine");
    ck_assert_uint_eq(url.port, 5);
    ck_assert_str_eq(url.bind_address, "10.0.0.4");
    database_url_free(&url);

    snprintf(text, sizeof(text), "mysql+pymysql://h?read_default_file=%s", option_file);
    ck_assert(database_url_parse(&url, text, NULL, &error));
    ck_assert_str_eq(url.name, "first");
    database_url_free(&url);
}
END_TEST

/* A group, and what it makes of a connection whose URL says nothing about TLS. */
static const struct {
    const char *group, *ca;
    bool ssl, certificate, hostname;
} file_encryptions[] = {
    {"client", NULL, false, false, false},
    {"tripleo", "/tripleo.pem", true, true, true},
    {"operator", "/operator.pem", true, true, true},
    {"odd", NULL, true, false, false},
    {"verified", NULL, true, true, true},
    {"unverified", NULL, false, false, false},
    {"files", NULL, true, true, true},
    {"missing", NULL, false, false, false},
};

START_TEST(an_option_file_decides_about_encryption)
{
    struct database_url url;
    char parameters[64];
    snprintf(parameters, sizeof(parameters), "&read_default_group=%s", file_encryptions[_i].group);
    parse_with_file(&url, parameters);
    assert_text(url.ssl_ca, file_encryptions[_i].ca);
    ck_assert_int_eq(url.ssl, file_encryptions[_i].ssl);
    ck_assert_int_eq(url.ssl_verify_certificate, file_encryptions[_i].certificate);
    ck_assert_int_eq(url.ssl_verify_hostname, file_encryptions[_i].hostname);
    database_url_free(&url);
}
END_TEST

START_TEST(the_url_overrides_the_encryption_of_an_option_file)
{
    struct database_url url;
    parse_with_file(&url, "&read_default_group=operator&ssl_ca=/mine.pem");
    ck_assert_str_eq(url.ssl_ca, "/mine.pem");
    database_url_free(&url);
    parse_with_file(&url, "&read_default_group=operator&ssl_check_hostname=false");
    ck_assert_str_eq(url.ssl_ca, "/operator.pem");
    ck_assert(url.ssl_verify_certificate && !url.ssl_verify_hostname);
    database_url_free(&url);
    parse_with_file(&url, "&read_default_group=operator&ssl_disabled=true");
    ck_assert(!url.ssl);
    database_url_free(&url);
    parse_with_file(&url, "&read_default_group=files");
    ck_assert_str_eq(url.ssl_cert, "/c");
    ck_assert_str_eq(url.ssl_key, "/k");
    ck_assert_str_eq(url.ssl_capath, "/cas");
    ck_assert_str_eq(url.ssl_cipher, "AES");
    database_url_free(&url);
    parse_with_file(&url, "&read_default_group=odd");
    ck_assert_str_eq(url.user, "u\nv");
    database_url_free(&url);
}
END_TEST

START_TEST(an_option_file_may_be_missing_but_not_wrong)
{
    struct database_url url;
    struct error_line error;
    char text[256];
    ck_assert(
        database_url_parse(&url, "mysql://h/db?read_default_file=/nowhere/my.cnf", NULL, &error));
    ck_assert(url.option_file_missing);
    ck_assert_str_eq(url.option_file, "/nowhere/my.cnf");
    database_url_free(&url);
    ck_assert(database_url_parse(&url, "mysql://h/db?read_default_group=x", NULL, &error));
    ck_assert_str_eq(url.option_file, "/etc/my.cnf");
    database_url_free(&url);
    snprintf(text, sizeof(text), "mysql://h/db?read_default_file=%s&read_default_group=odd+port",
             option_file);
    ck_assert(!database_url_parse(&url, text, NULL, &error));
    ck_assert_str_eq(error.text, "the option port of the read_default_file is not valid");
    write_option_file("password = secret\n[client]\n");
    ck_assert(!database_url_parse(&url, text, NULL, &error));
    ck_assert_str_eq(error.text, "the read_default_file of the URL cannot be read: it does not "
                                 "begin with a group");
}
END_TEST

static void make_option_file(void)
{
    strcpy(option_file, "/tmp/option-file-XXXXXX");
    close(mkstemp(option_file));
    write_option_file(option_file_text);
}

static void remove_option_file(void)
{
    unlink(option_file);
}

/* Parameters of a URL, and whether they encrypt the connection, verify the certificate, verify the
   host name. */
static const struct {
    const char *parameters;
    bool ssl, certificate, hostname;
} encryptions[] = {
    {"", false, false, false},
    {"ssl_ca=/ca", true, true, true},
    {"ssl_capath=/cas", true, true, true},
    {"ssl_ca=/ca&ssl_check_hostname=false", true, true, false},
    {"ssl_ca=/ca&ssl_check_hostname=True", true, true, true},
    {"ssl_ca=/ca&ssl_verify_cert=false", true, false, false},
    {"ssl_ca=/ca&ssl_verify_identity=0", true, true, false},
    {"ssl_cert=/c&ssl_key=/k", true, false, false},
    {"ssl_cipher=AES", true, false, false},
    {"ssl_check_hostname=false", true, false, false},
    {"ssl_verify_cert=true", true, true, false},
    {"ssl_verify_cert=true&ssl_check_hostname=false", true, true, false},
    {"ssl_verify_cert=false", true, false, false},
    {"ssl_verify_identity=false", true, false, false},
    {"ssl_ca=/ca&ssl_disabled=false", true, true, true},
    {"ssl_verify_identity=true", true, true, true},
    {"ssl_ca=/ca&ssl_disabled=yes", false, false, false},
    {"ssl=true", true, false, false},
    {"ssl=0", false, false, false},
    {"ssl_mode=REQUIRED", true, false, false},
    {"ssl_mode=preferred", false, false, false},
    {"ssl_mode=VERIFY_CA", true, true, false},
    {"ssl_mode=VERIFY_IDENTITY", true, true, true},
    {"ssl_mode=DISABLED&ssl_ca=/ca", false, false, false},
    {"ssl_new_thing=1", true, false, false},
    {"tls_versions=TLSv1.3", true, false, false},
};

START_TEST(ssl_parameters_decide_about_encryption)
{
    struct database_url url;
    struct error_line error;
    ck_assert_msg(
        database_url_parse(&url, "mysql+pymysql://h/db", encryptions[_i].parameters, &error), "%s",
        error.text);
    ck_assert_int_eq(url.ssl, encryptions[_i].ssl);
    ck_assert_int_eq(url.ssl_verify_certificate, encryptions[_i].certificate);
    ck_assert_int_eq(url.ssl_verify_hostname, encryptions[_i].hostname);
    database_url_free(&url);
}
END_TEST

/* Invalid URLs, each with a secret, and a part of the error. */
static const struct {
    const char *text;
    const char *error;
} mistakes[] = {
    {"", "is not a URL"},
    {"secret", "is not a URL"},
    {"mysql+pymysql:/u:secret@host/db", "is not a URL"},
    {"sqlite:///secret", "only MariaDB and MySQL"},
    {"postgresql+psycopg2://u:secret@h/db", "only MariaDB and MySQL"},
    {"mysqlx://u:secret@h/db", "only MariaDB and MySQL"},
    {"mysql://u:secret@h", "does not name a database"},
    {"mysql://u:secret@h/", "does not name a database"},
    {"mysql://u:secret@h:http/db", "port"},
    {"mysql://u:secret@h:70000/db", "port"},
    {"mysql://u:secret@h:-1/db", "port"},
    {"mysql://u:secret@[::1/db", "\"[\" without \"]\""},
    {"mysql://u:secret@[::1]x/db", "between host and database"},
    {"mysql://u:secret%00@h/db", "NUL"},
    {"mysql://u%00:secret@h/db", "NUL"},
    {"mysql://u:p@h/db?charset=secret%00", "NUL"},
    {"mysql://u:p@h/db?secret%00=secret", "NUL"},
    {"mysql://u:p@h/db?port=secret", "parameter port"},
    {"mysql://u:p@h/db?ssl_mode=secret", "parameter ssl_mode"},
    {"mysql://u:secret@h/db?read_default_file=/proc/self", "cannot be read: Is a directory"},
    {"mysql://u:p@h/db?read_timeout=secret", "parameter read_timeout"},
    {"mysql://u:p@h/db?ssl_check_hostname=secret", "parameter ssl_check_hostname"},
};

START_TEST(errors_do_not_show_the_url)
{
    struct database_url url;
    struct error_line error;
    ck_assert(!database_url_parse(&url, mistakes[_i].text, NULL, &error));
    ck_assert_msg(strstr(error.text, mistakes[_i].error) != NULL, "%s", error.text);
    ck_assert_ptr_null(strstr(error.text, "secret"));
    ck_assert_ptr_null(url.password);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("database URL");
    tcase_add_loop_test(tests, urls_are_parsed_as_by_sqlalchemy, 0, sizeof(urls) / sizeof(urls[0]));
    tcase_add_test(tests, parameters_are_decoded_as_a_form);
    tcase_add_test(tests, connection_parameters_are_added);
    tcase_add_loop_test(tests, ssl_parameters_decide_about_encryption, 0,
                        sizeof(encryptions) / sizeof(encryptions[0]));
    tcase_add_test(tests, what_a_driver_would_do_is_done_or_passed_over);
    tcase_add_checked_fixture(tests, make_option_file, remove_option_file);
    tcase_add_test(tests, an_option_file_says_what_the_url_does_not);
    tcase_add_loop_test(tests, an_option_file_decides_about_encryption, 0,
                        sizeof(file_encryptions) / sizeof(file_encryptions[0]));
    tcase_add_test(tests, the_url_overrides_the_encryption_of_an_option_file);
    tcase_add_test(tests, an_option_file_may_be_missing_but_not_wrong);
    tcase_add_loop_test(tests, errors_do_not_show_the_url, 0,
                        sizeof(mistakes) / sizeof(mistakes[0]));
    return suite_run("database URL", tests);
}
