/* The polls of tests/it/town.rs by bare sockets: SECONDS UNITS AT:COUNT PORT...
 * Each port of this machine is a gateway with units from 1; every unit is asked once a second, one
 * request at a time on each connection, all gateways at the same instants, because that is cheapest,
 * and nothing is done with the answers. Prints how many came, and the seconds of processor time and
 * of the clock that it took. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

struct gateway {
    int socket, unit, waits;
    double due;
};

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static int failed(const char *what)
{
    perror(what);
    return 1;
}

int main(int argc, char **argv)
{
    int at, count;
    if (argc < 5 || sscanf(argv[3], "%i:%i", &at, &count) != 2 || count > 125) {
        fprintf(stderr, "usage: %s SECONDS UNITS AT:COUNT PORT...\n", argv[0]);
        return 2;
    }
    double seconds = atof(argv[1]), began = now();
    int units = atoi(argv[2]), lines = argc - 4, queue = epoll_create1(0);
    struct gateway *gateways = calloc(lines, sizeof *gateways);
    for (int line = 0; line < lines; line++) {
        struct gateway *gateway = &gateways[line];
        struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[4 + line])) };
        struct epoll_event readable = { .events = EPOLLIN, .data.ptr = gateway };
        int on = 1;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        gateway->socket = socket(AF_INET, SOCK_STREAM, 0);
        gateway->due = began;
        if (connect(gateway->socket, (struct sockaddr *)&to, sizeof to) ||
            setsockopt(gateway->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
            epoll_ctl(queue, EPOLL_CTL_ADD, gateway->socket, &readable))
            return failed("cannot connect");
    }
    long answers = 0;
    for (double at_last = began; at_last < began + seconds; at_last = now()) {
        double next = at_last + 0.1;
        for (int line = 0; line < lines; line++) {
            struct gateway *gateway = &gateways[line];
            if (!gateway->waits && gateway->due <= at_last) {
                unsigned char request[12] = { 0, 1, 0, 0, 0, 6, gateway->unit + 1, 4,
                                              at >> 8, at, count >> 8, count };
                if (send(gateway->socket, request, sizeof request, 0) != sizeof request)
                    return failed("cannot ask");
                gateway->waits = 1;
                gateway->unit = (gateway->unit + 1) % units;
                gateway->due += 1.0 / units;
            }
            if (!gateway->waits)
                next = fmin(next, gateway->due);
        }
        struct epoll_event ready[256];
        double wait = fmax(next - now(), 0);
        struct timespec pause = { (time_t)wait, (long)(fmod(wait, 1) * 1e9) };
        int many = epoll_pwait2(queue, ready, 256, &pause, NULL);
        for (int one = 0; one < many; one++) {
            struct gateway *gateway = ready[one].data.ptr;
            unsigned char answer[300];
            if (recv(gateway->socket, answer, sizeof answer, 0) != 9 + 2 * count)
                return failed("no whole answer");
            gateway->waits = 0;
            answers++;
        }
    }
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double processor = used.ru_utime.tv_sec + used.ru_stime.tv_sec +
                       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("%ld %.3f %.3f\n", answers, processor, now() - began);
    return 0;
}
