/*
 * Finds out what a terminal can show, and makes text fit for it.
 */
#include <config.h>

#include "manage/terminal.h"

#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/utf8.h"

enum { COLUMNS_USUAL = 80, COLUMNS_LEAST = 40, COLUMNS_MOST = 1000 };

static unsigned columns_of(int descriptor, bool is_terminal)
{
    const char *columns = getenv("COLUMNS");
    long wanted = columns != NULL ? strtol(columns, NULL, 10) : 0;
    struct winsize size;
    if (wanted <= 0 && is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0)
        wanted = size.ws_col;
    if (wanted <= 0)
        return COLUMNS_USUAL;
    if (wanted < COLUMNS_LEAST)
        return COLUMNS_LEAST;
    return wanted < COLUMNS_MOST ? (unsigned)wanted : COLUMNS_MOST;
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && *value != '\0';
}

struct terminal terminal_of(FILE *stream)
{
    const char *kind = getenv("TERM");
    bool is_terminal = isatty(fileno(stream)) == 1;
    setlocale(LC_CTYPE, "");
    return (struct terminal){
        .is_terminal = is_terminal,
        .colours = is_terminal && !is_set("NO_COLOR") && kind != NULL && strcmp(kind, "dumb") != 0,
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .columns = columns_of(fileno(stream), is_terminal),
    };
}

void terminal_style(const struct terminal *terminal, struct buffer *buffer,
                    enum terminal_style style)
{
    static const char *const sequences[] = {
        [STYLE_PLAIN] = "\033[0m",   [STYLE_BOLD] = "\033[1m",    [STYLE_DIM] = "\033[2m",
        [STYLE_GREEN] = "\033[32m",  [STYLE_YELLOW] = "\033[33m", [STYLE_RED] = "\033[1;31m",
        [STYLE_CYAN] = "\033[1;36m",
    };
    if (terminal->colours)
        buffer_add_text(buffer, sequences[style]);
}

/* Reads one character: writes what is shown for it to shown, and its columns to *width. Returns its
   length in bytes. */
static size_t next_shown(const struct terminal *terminal, const char *text,
                         char shown[UTF8_SHOWN_SIZE], unsigned *width)
{
    uint32_t character;
    size_t size = utf8_next_shown(text, &character, shown);
    bool replaced = utf8_is_hidden(character) || (size == 1 && character >= 0x80);
    int columns = terminal->utf8 || character < 0x80 ? wcwidth((wchar_t)character) : -1;
    if (columns < 0 && !replaced)
        snprintf(shown, UTF8_SHOWN_SIZE, "?");
    *width = columns < 0 || replaced ? (unsigned)strlen(shown) : (unsigned)columns;
    return size;
}

unsigned terminal_width(const struct terminal *terminal, const char *text)
{
    unsigned total = 0, width;
    char shown[UTF8_SHOWN_SIZE];
    while (*text != '\0') {
        text += next_shown(terminal, text, shown, &width);
        total += width;
    }
    return total;
}

void terminal_text(const struct terminal *terminal, struct buffer *buffer, const char *text,
                   unsigned columns)
{
    const char *ellipsis = terminal->utf8 ? "…" : "~";
    unsigned used = 0, width;
    bool cut = columns > 0 && terminal_width(terminal, text) > columns;
    while (*text != '\0') {
        char shown[UTF8_SHOWN_SIZE];
        size_t size = next_shown(terminal, text, shown, &width);
        if (cut && used + width > columns - 1)
            break;
        buffer_add_text(buffer, shown);
        used += width;
        text += size;
    }
    if (cut)
        buffer_add_text(buffer, ellipsis);
}

void terminal_pad(struct buffer *buffer, unsigned columns)
{
    while (columns-- > 0)
        buffer_add(buffer, " ", 1);
}

const char *number_text(int64_t number, char text[NUMBER_TEXT])
{
    char digits[NUMBER_TEXT];
    int length = snprintf(digits, sizeof(digits), "%" PRId64, number);
    int sign = number < 0;
    char *to = text;
    for (int i = 0; i < length; i++) {
        if (i > sign && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return text;
}

void terminal_count(struct buffer *buffer, uint64_t count, const char *noun)
{
    char text[NUMBER_TEXT];
    size_t length = strlen(noun);
    bool many = count != 1;
    bool in_y = length > 1 && noun[length - 1] == 'y' && strchr("aeou", noun[length - 2]) == NULL;
    buffer_printf(buffer, "%s %.*s%s", number_text((int64_t)count, text),
                  (int)(many && in_y ? length - 1 : length), noun,
                  !many  ? ""
                  : in_y ? "ies"
                         : "s");
}

bool terminal_flush(struct buffer *buffer, FILE *stream)
{
    bool written = !buffer->failed &&
                   fwrite(buffer->data, 1, buffer->length, stream) == buffer->length &&
                   fflush(stream) == 0;
    buffer_reset(buffer);
    return written;
}
