/*
 * Parsing the URL of the database as SQLAlchemy and the drivers do.
 */
#include <config.h>

#include <string.h>

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
    {"mysql://u:p@h/db?secret=secret", "parameter that is unknown"},
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
    tcase_add_loop_test(tests, errors_do_not_show_the_url, 0,
                        sizeof(mistakes) / sizeof(mistakes[0]));
    return suite_run("database URL", tests);
}
