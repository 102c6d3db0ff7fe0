/* The polls of benches/line.rs by libmodbus: HOST PORT UNIT AT:COUNT...
 * For each number N read from standard input: N times all blocks, every pair of words decoded as
 * a float; then one line with the sum of what was read, so that no compiler leaves it out. */
#include <errno.h>
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: %s HOST PORT UNIT AT:COUNT...\n", argv[0]);
        return 2;
    }
    modbus_t *line = modbus_new_tcp(argv[1], atoi(argv[2]));
    if (!line || modbus_set_slave(line, atoi(argv[3])) || modbus_connect(line)) {
        fprintf(stderr, "cannot connect: %s\n", modbus_strerror(errno));
        return 1;
    }
    long polls;
    while (scanf("%ld", &polls) == 1) {
        double sum = 0;
        for (long poll = 0; poll < polls; poll++) {
            for (int block = 4; block < argc; block++) {
                int at, count;
                uint16_t words[125];
                if (sscanf(argv[block], "%i:%i", &at, &count) != 2 || count > 125)
                    return 2;
                if (modbus_read_input_registers(line, at, count, words) != count) {
                    fprintf(stderr, "no answer: %s\n", modbus_strerror(errno));
                    return 1;
                }
                for (int word = 0; word + 1 < count; word += 2)
                    sum += modbus_get_float_abcd(words + word);
            }
        }
        printf("%f\n", sum);
        fflush(stdout);
    }
    modbus_close(line);
    modbus_free(line);
    return 0;
}
