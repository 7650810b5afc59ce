// Eigen alone.
#include <Eigen/Dense>

int main() {}
