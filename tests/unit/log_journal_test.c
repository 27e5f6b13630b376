/*
 * The journal: entries as journald's native protocol has them, at a socket of our own.
 */
#include <config.h>

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log.h"
#include "base/log_journal.h"
#include "suite.h"

static char directory[32];
static struct sockaddr_un address;
static int receiver;
static struct error_line error;

static void listen_as_journal(void)
{
    receiver = socket(AF_UNIX, SOCK_DGRAM, 0);
    ck_assert_int_ge(receiver, 0);
    ck_assert_int_eq(bind(receiver, (const struct sockaddr *)&address, sizeof(address)), 0);
}

static void set_up(void)
{
    snprintf(directory, sizeof(directory), "journal_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    address.sun_family = AF_UNIX;
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", directory);
    listen_as_journal();
}

static void tear_down(void)
{
    char command[128];
    close(receiver);
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
}

/* Receives an entry and returns it as text, a binary field as NAME{LENGTH}VALUE; "" if none came.
 */
static const char *receive(void)
{
    static char bytes[1 << 16], shown[1 << 16];
    ssize_t length = recv(receiver, bytes, sizeof(bytes) - 1, MSG_DONTWAIT);
    size_t used = 0;
    if (length < 0)
        return "";
    for (char *at = bytes; at < bytes + length;) {
        size_t name = strcspn(at, "=\n");
        if (at[name] == '=') {
            size_t line = (size_t)((char *)memchr(at, '\n', (size_t)length) - at) + 1;
            used += (size_t)snprintf(shown + used, sizeof(shown) - used, "%.*s", (int)line, at);
            at += line;
            continue;
        }
        uint64_t size;
        memcpy(&size, at + name + 1, sizeof(size));
        size = le64toh(size);
        used += (size_t)snprintf(shown + used, sizeof(shown) - used, "%.*s{%ju}%.*s\n", (int)name,
                                 at, (uintmax_t)size, (int)size, at + name + 1 + sizeof(size));
        at += name + 1 + sizeof(size) + size + 1;
    }
    return shown;
}

static void open_log(enum log_format format)
{
    struct log_settings settings = {.format = format,
                                    .level = LOG_LEVEL_INFO,
                                    .use_journal = true,
                                    .journal = address.sun_path,
                                    .syslog_facility = "local3"};
    ck_assert_msg(log_open(&settings, &error), "%s", error.text);
}

START_TEST(events_have_fields)
{
    open_log(LOG_FORMAT_TEXT);
    log_event(LOG_LEVEL_ERROR, "worker died", log_integer("pid", 12),
              log_identifier("request_id", "req-1"), log_path("path", "/a?secret"),
              log_identifier("user_id", NULL), log_errno("error", ENOENT));
    const char *entry = receive();
    ck_assert_ptr_nonnull(strstr(entry, "MESSAGE="));
    ck_assert_ptr_nonnull(strstr(entry, " ERROR worker died pid=12 request_id=req-1 path=/a "));
    ck_assert_str_eq(strstr(entry, "PRIORITY="),
                     "PRIORITY=3\nSYSLOG_FACILITY=19\nSYSLOG_IDENTIFIER=berth\nLOGGER_NAME=berth\n"
                     "LOGGER_LEVEL=ERROR\nBERTH_PID=12\nREQUEST_ID=req-1\nBERTH_PATH=/a\n"
                     "BERTH_ERROR=No such file or directory\n");
}
END_TEST

START_TEST(requests_have_the_fields_of_oslo_log)
{
    open_log(LOG_FORMAT_OSLO);
    log_request(&(const struct log_request){.request_id = "req-1",
                                            .method = "GET",
                                            .path = "/traits",
                                            .query = "name=a",
                                            .user_id = "u\nPRIORITY=0",
                                            .project_id = "p",
                                            .status = 200});
    const char *entry = receive();
    ck_assert_ptr_nonnull(
        strstr(entry, "\"GET /traits?name=a\" status: 200 len: 0 microversion: -\n"));
    ck_assert_ptr_nonnull(strstr(entry, "\nPRIORITY=6\n"));
    ck_assert_ptr_nonnull(strstr(entry, "\nLOGGER_NAME=placement.requestlog\n"));
    ck_assert_ptr_nonnull(strstr(entry, "\nREQUEST_ID=req-1\n"));
    ck_assert_ptr_nonnull(strstr(entry, "\nUSER_ID{12}u\nPRIORITY=0\nPROJECT_ID=p\n"));
    ck_assert_ptr_nonnull(strstr(entry, "\nBERTH_QUERY=name=a\n"));
}
END_TEST

START_TEST(an_entry_has_room_for_a_bounded_part)
{
    static char longest[100000];
    memset(longest, 'x', sizeof(longest) - 1);
    open_log(LOG_FORMAT_TEXT);
    log_event(LOG_LEVEL_INFO, "x", log_text("long", longest), log_integer("last", 1));
    const char *entry = receive();
    ck_assert_ptr_null(strstr(entry, "BERTH_LONG="));
    ck_assert_ptr_nonnull(strstr(entry, "\nBERTH_LAST=1\n"));
}
END_TEST

START_TEST(the_journal_may_be_replaced)
{
    open_log(LOG_FORMAT_TEXT);
    close(receiver);
    log_event(LOG_LEVEL_INFO, "lost");
    ck_assert_int_eq(unlink(address.sun_path), 0);
    log_event(LOG_LEVEL_INFO, "lost too");
    listen_as_journal();
    log_event(LOG_LEVEL_INFO, "there again");
    ck_assert_ptr_nonnull(strstr(receive(), " INFO there again\n"));
}
END_TEST

START_TEST(without_a_journal_the_log_says_so)
{
    char path[80];
    snprintf(path, sizeof(path), "%s/log", directory);
    const struct log_settings settings = {
        .level = LOG_LEVEL_INFO, .use_journal = true, .journal = "/nowhere/socket", .file = path};
    ck_assert(log_open(&settings, &error));
    FILE *file = fopen(path, "r");
    char line[256];
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    fclose(file);
    ck_assert_ptr_nonnull(strstr(line, " WARNING there is no journal to log to socket=/nowhere/"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("log journal");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, events_have_fields);
    tcase_add_test(tests, requests_have_the_fields_of_oslo_log);
    tcase_add_test(tests, an_entry_has_room_for_a_bounded_part);
    tcase_add_test(tests, the_journal_may_be_replaced);
    tcase_add_test(tests, without_a_journal_the_log_says_so);
    return suite_run("log journal", tests);
}
