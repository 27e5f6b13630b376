/*
 * Tests that a response of any size reaches a web server whole, and that one who has gone away is
 * noticed.
 */
#include <config.h>

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fastcgi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/fastcgi.h"
#include "suite.h"

enum { RECORD = 65528, HEAD_MOST = 1024 };

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static int listening;
static struct fastcgi *fastcgi;

static void begin(void)
{
    char directory[] = "/tmp/berth-fastcgi-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", directory);
    listening = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listening, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listening, 1), 0);
    fastcgi = fastcgi_new(listening);
    ck_assert_ptr_nonnull(fastcgi);
}

static void end(void)
{
    fastcgi_free(fastcgi);
    close(listening);
    unlink(address.sun_path);
    *strrchr(address.sun_path, '/') = '\0';
    rmdir(address.sun_path);
}

/* The web server, in another process. */

static void send_request(int connection)
{
    static const unsigned char request[] = {
        FCGI_VERSION_1,
        FCGI_BEGIN_REQUEST,
        1,
        2,
        0,
        8,
        0,
        0,
        0,
        FCGI_RESPONDER,
        0,
        0,
        0,
        0,
        0,
        0,
        FCGI_VERSION_1,
        FCGI_PARAMS,
        1,
        2,
        0,
        0,
        0,
        0,
        FCGI_VERSION_1,
        FCGI_STDIN,
        1,
        2,
        0,
        0,
        0,
        0,
    };
    if (write(connection, request, sizeof(request)) != sizeof(request))
        _exit(2);
}

static void receive(int connection, void *data, size_t size)
{
    for (char *at = data; size > 0;) {
        ssize_t got = read(connection, at, size);
        if (got <= 0)
            _exit(3);
        at += got;
        size -= (size_t)got;
    }
}

/* Reads the records to the end of the request. Returns the length of what they carry. */
static size_t receive_all(int connection, char *text, size_t room)
{
    size_t length = 0;
    for (;;) {
        FCGI_Header head;
        receive(connection, &head, sizeof(head));
        size_t size = (size_t)head.contentLengthB1 << 8 | head.contentLengthB0;
        if (head.version != FCGI_VERSION_1 || head.requestIdB1 != 1 || head.requestIdB0 != 2 ||
            size > room - length)
            _exit(4);
        receive(connection, text + length, size + head.paddingLength);
        if (head.type == FCGI_END_REQUEST)
            return length;
        if (head.type != FCGI_STDOUT)
            _exit(5);
        length += size;
    }
}

static char letter(size_t place)
{
    return (char)('!' + place * 7 % 89 + place / RECORD % 3);
}

/* Ends with status 0 if the body has the length and the letters. */
static void serve_web(size_t length, bool stays)
{
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&address, sizeof(address)) != 0)
        _exit(1);
    send_request(connection);
    if (!stays)
        _exit(0);
    size_t room = length + HEAD_MOST;
    char *text = malloc(room + UINT8_MAX);
    size_t got = receive_all(connection, text, room);
    const char *body = memmem(text, got, "\r\n\r\n", 4);
    if (body == NULL || text + got != body + 4 + length)
        _exit(6);
    for (size_t i = 0; i < length; i++)
        if (body[4 + i] != letter(i))
            _exit(7);
    _exit(0);
}

/* Answers a request with a body of a length. Returns what fastcgi_send() returned. */
static bool answer(size_t length, bool stays)
{
    int status = -1;
    struct buffer output;
    buffer_init(&output, 0);
    for (size_t i = 0; i < length; i++) {
        char next = letter(i);
        buffer_add(&output, &next, 1);
    }
    pid_t web = fork();
    if (web == 0)
        serve_web(length, stays);
    ck_assert(fastcgi_accept(fastcgi));
    if (!stays)
        ck_assert_int_eq(waitpid(web, &status, 0), web);
    const struct exchange exchange = {
        .status = 200, .content_type = "application/json", .output = &output};
    bool sent = fastcgi_send(fastcgi, &exchange);
    fastcgi_finish(fastcgi);
    if (stays)
        ck_assert_int_eq(waitpid(web, &status, 0), web);
    ck_assert_int_eq(status, 0);
    buffer_free(&output);
    return sent;
}

START_TEST(a_body_of_any_length_arrives)
{
    static const size_t lengths[] = {
        0, 1, 8191, 8192, RECORD - 1, RECORD, RECORD + 1, 8UL * RECORD, 8UL * RECORD + 1, 3000000};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
        ck_assert(answer(lengths[i], true));
}
END_TEST

START_TEST(a_web_server_that_has_gone_is_noticed)
{
    ck_assert(!answer(3000000, false));
    ck_assert(answer(100000, true));
}
END_TEST

/* A web server in this process. */

static int ask(void)
{
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(connection, (struct sockaddr *)&address, sizeof(address)), 0);
    send_request(connection);
    return connection;
}

static void send_small(void)
{
    struct buffer output;
    buffer_init(&output, 0);
    buffer_add(&output, "{}", 2);
    ck_assert(fastcgi_accept(fastcgi));
    const struct exchange exchange = {
        .status = 200, .content_type = "application/json", .output = &output};
    ck_assert(fastcgi_send(fastcgi, &exchange));
    buffer_free(&output);
}

START_TEST(a_small_answer_is_sent_with_the_end_of_its_request)
{
    unsigned char bytes[HEAD_MOST];
    int web = ask();
    send_small();
    ck_assert_int_eq(recv(web, bytes, sizeof(bytes), MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, EAGAIN);
    fastcgi_finish(fastcgi);
    ssize_t count = recv(web, bytes, sizeof(bytes), MSG_DONTWAIT);
    ck_assert_int_gt(count, (ssize_t)sizeof(FCGI_EndRequestRecord));
    ck_assert_uint_eq(bytes[count - (ssize_t)sizeof(FCGI_EndRequestRecord) + 1], FCGI_END_REQUEST);
    ck_assert_int_eq(recv(web, bytes, sizeof(bytes), MSG_DONTWAIT), 0);
    close(web);
}
END_TEST

static size_t count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t count = 0;
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

/* libfcgi would wait two seconds, and then close the connection. */
START_TEST(a_connection_stays_until_the_next_one_has_ended)
{
    size_t before = 0;
    for (int i = 0; i < 3; i++) {
        int web = ask();
        send_small();
        fastcgi_finish(fastcgi);
        ck_assert_int_eq(send(web, "late", 4, MSG_NOSIGNAL), 4);
        close(web);
        ck_assert(i == 0 || before == count_descriptors());
        before = count_descriptors();
    }
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("fastcgi");
    tcase_add_checked_fixture(test, begin, end);
    tcase_add_test(test, a_body_of_any_length_arrives);
    tcase_add_test(test, a_web_server_that_has_gone_is_noticed);
    tcase_add_test(test, a_small_answer_is_sent_with_the_end_of_its_request);
    tcase_add_test(test, a_connection_stays_until_the_next_one_has_ended);
    return suite_run("fastcgi", test);
}
