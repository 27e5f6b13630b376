/*
 * Chooses the certificate authorities.
 */
#include <config.h>

#include "auth/authorities.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/text.h"

const char *authorities_of_environment(const char **variable)
{
    static const char *const variables[] = {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
                                            "SSL_CERT_FILE"};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *path = text_filled_or(getenv(variables[i]), NULL);
        if (path == NULL)
            continue;
        *variable = variables[i];
        return path;
    }
    return NULL;
}

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool authorities_set(CURL *curl, const char *configured)
{
    const char *variable, *path = text_filled_or(configured, NULL);
    if (path == NULL)
        path = authorities_of_environment(&variable);
    if (path == NULL)
        return true;
    bool directory = is_directory(path);
    return curl_easy_setopt(curl, CURLOPT_CAINFO, directory ? NULL : path) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CAPATH, directory ? path : NULL) == CURLE_OK;
}
